"""The after-action sheet of one alarm, on paper."""
