"""Notices: who is told of an alarm that nobody answers, by which channel, in which words, and when again. Pure."""
