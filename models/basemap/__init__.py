"""What a base map is made of: which features of a street file are drawn, as what, and from which zoom on. Pure."""
