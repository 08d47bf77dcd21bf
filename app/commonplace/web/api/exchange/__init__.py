"""Take and give what other programs write: imports, exports, decisions, annotations, webhooks."""
