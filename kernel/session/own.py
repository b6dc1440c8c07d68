"""Which cells are a command to Ferry itself."""

NAMES = ("checkpoint", "resume", "session", "suspend", "migrate")


def own_command(source):
    """The name of Ferry's magic that a cell consists of, or "" for any other cell."""
    lines = [line for line in source.splitlines() if line.strip()]
    if len(lines) != 1 or not lines[0].startswith("%"):
        return ""
    name = lines[0][1:].split(None, 1)[0].rstrip("?") if lines[0][1:].strip() else ""
    return name if name in NAMES else ""
