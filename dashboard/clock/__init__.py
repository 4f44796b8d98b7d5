"""The crime clock: two months on 24-hour dials and maps, and the hours of the week against patrol."""
