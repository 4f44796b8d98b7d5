"""What people did, as a chain nobody can change unseen: the deeds, and how their rows hang together. Pure."""
