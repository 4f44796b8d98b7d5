"""What an alarm is and may become: its life, its kinds and their urgency, the queue. Pure."""
