"""Parts of the response report's page."""
