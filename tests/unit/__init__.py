"""Pure tests: values in, values out; no thread, no socket, no clock."""
