"""Sessions that survive: kills at any instant, restarts, full disks."""
