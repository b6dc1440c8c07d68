// A front end in node, with the library that JupyterLab and VS Code speak to a Jupyter server with.
//
//   node client.mjs URL TOKEN NOTEBOOK     (with @jupyterlab/services beside it)
//
// Does what a person does with a notebook, one step after the other, and prints what came as one JSON object.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { KernelManager, ServerConnection, SessionManager } = require('@jupyterlab/services');

const [baseUrl, token, path] = process.argv.slice(2);
const serverSettings = ServerConnection.makeSettings({ baseUrl, wsUrl: baseUrl.replace(/^http/, 'ws'), token, appendToken: true });
const sessions = new SessionManager({ serverSettings, kernelManager: new KernelManager({ serverSettings }) });
await sessions.ready;
const session = await sessions.startNew({ path, name: path, type: 'notebook', kernel: { name: 'ferry' } });
const kernel = session.kernel;
const statuses = [], connections = [];
kernel.statusChanged.connect((_, status) => statuses.push(status));
kernel.connectionStatusChanged.connect((_, status) => connections.push(status));

// Runs a cell; `during` is called with its future and each text that it prints.
async function run(code, during = () => {}) {
  const future = kernel.requestExecute({ code, allow_stdin: true, store_history: true }, true, { cellId: code.slice(0, 8) });
  const shown = [];
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === 'stream') {
      shown.push(content.text);
      during(future, content.text);
    } else if (header.msg_type === 'execute_result') shown.push(content.data['text/plain']);
    else if (header.msg_type === 'error') shown.push(content.ename);
  };
  future.onStdin = (message) => kernel.sendInputReply({ status: 'ok', value: `${message.content.prompt}ada` }, message.header);
  const reply = await future.done;
  return { status: reply.content.status, count: reply.content.execution_count ?? null, shown: shown.join('') };
}

// Waits until the kernel was at `wanted` since `from`, and is idle after it.
async function until(wanted, from) {
  while (!(statuses.slice(from).includes(wanted) && statuses.at(-1) === 'idle')) {
    await new Promise((done) => kernel.statusChanged.connect(done));
  }
}

const told = { info: (await kernel.info).implementation };
told.executes = await run('print("hello"); 6 * 7');
told.input = await run('input("who? ")');
told.interrupted = await run('import time; print("in", flush=True); time.sleep(600)', () => kernel.interrupt());

await run('get_ipython().kernel.comm_manager.register_target("echo", lambda comm, _: comm.on_msg(lambda m: comm.send(m["content"]["data"], buffers=m["buffers"])))');
const comm = kernel.createComm('echo');
told.comm = await new Promise((done) => {
  comm.onMsg = ({ content, buffers }) => done({ data: content.data, bytes: [...new Uint8Array(buffers[0].buffer ?? buffers[0])] });
  comm.open();
  comm.send({ text: 'é' }, undefined, [new Uint8Array([1, 0, 255]).buffer]);
});
comm.close();
told.completion = (await kernel.requestComplete({ code: 'time.slee', cursor_pos: 9 })).content.matches;

await run('a = 1');
await kernel.restart();
told.restarted = await run('"a" in globals()');
await run('a = 2');
const before = statuses.length;
told.exits = await run('exit()');
await until('autorestarting', before);
told.exited = await run('"a" in globals()');
told.lost = connections.filter((status) => status === 'disconnected').length;
await session.shutdown();
console.log(JSON.stringify(told));
process.exit(0);
