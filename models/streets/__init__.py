"""The street net of a station as a graph: how far it is along the streets from one place to many. Pure."""
