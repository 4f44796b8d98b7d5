"""`/api/v1`: what other systems may read and do, with a bearer token or a session and its CSRF header.

`app` puts it together, `caller` says who asks and what they see, `paging` reads times and cursors; one file a noun.
"""
