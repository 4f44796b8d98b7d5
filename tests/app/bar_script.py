"""A page with nothing but the filter bar: what it returned is told as text."""

import streamlit as st

from dashboard.incidents.bar import filter_bar
from dashboard.visit import visit

chosen = filter_bar(visit())
st.text(repr(chosen))
