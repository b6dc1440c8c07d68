"""The engine: IPython's shell behind Kernelferry's own Jupyter server (kernelferry._engine). See __main__.py."""
