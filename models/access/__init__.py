"""Who may do what (`policy`), and of which stations (`grants`, `scope`). Pure; enforced in `store/` and at routes."""
