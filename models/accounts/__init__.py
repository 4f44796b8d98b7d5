"""Rules of accounts, pure: names nobody can imitate, passwords nobody guesses, second factors, delays."""
