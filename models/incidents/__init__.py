"""What analysts ask of incidents: one filter, its periods, its address, and the answer every view is drawn from."""
