# name: xml-and-messages
# description: trees that C code holds, with shared elements, and messages, configurations and templates
# %%
import xml.etree.ElementTree as ET, configparser, string, argparse
from email.message import EmailMessage
root = ET.fromstring("<r><a n='1'/><b>t</b></r>"); a = root[0]; tree = ET.ElementTree(root); shared = ET.SubElement(root, "c"); other = ET.Element("o"); other.append(shared)
conf = configparser.ConfigParser(); conf.read_string("[s]\nk = 1\n"); section = conf["s"]
# %%
a.set("n", "2"); shared.text = "both"; section["k"] = "5"; mail = EmailMessage(); mail["Subject"] = "Hé"; mail.set_content("body")
# %%
class T(string.Template): delimiter = "%"
t = T("%x-%y"); ap = argparse.ArgumentParser(); act = ap.add_argument("--n", type=int, default=3); root.remove(root[1]); text = ET.tostring(root)
# %% holds
root[0] is a and tree.getroot() is root and root[1] is shared and other[0] is shared and text == b'<r><a n="2" /><c>both</c></r>'
conf["s"]["k"] == "5" and conf["s"] is section and mail["Subject"] == "Hé" and mail.get_content() == "body\n"
t.substitute(x=1, y=2) == "1-2" and ap.parse_args(["--n", "4"]).n == 4 and act in ap._actions
