"""Response to calls for help: the times of each alarm, and what they add up to. Pure."""
