"""The incidents' page: its filter bar, its views drawn from one answer, the record of an incident, its form."""
