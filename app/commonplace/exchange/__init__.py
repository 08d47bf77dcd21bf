"""Bring works in and send them out: imports, conversion, exports, updates."""
