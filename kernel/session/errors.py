"""What the session answers where something asked of it cannot be done."""


class CommandError(Exception):
    """A request that cannot be done: code, what and remedy as in FerryError."""

    def __init__(self, code, what, remedy=""):
        super().__init__(what)
        self.code, self.what, self.remedy = code, what, remedy
