"""Reading a file of incidents of any length: opened, looked over, and read in pieces that do not fill memory."""
