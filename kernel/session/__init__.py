"""Magics, save and resume drivers, idle scheduler, reports."""
