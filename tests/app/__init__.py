"""The real product, started as an operator starts it, and asked over the network."""
