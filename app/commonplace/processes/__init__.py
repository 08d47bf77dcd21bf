"""Ask the operating system: processes, limits, memory."""
