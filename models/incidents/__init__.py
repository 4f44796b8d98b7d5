"""Incidents as people ask for them, enter them and change them. Pure."""
