"""What is handed out: PDF, calendars, pictures with their text. Pure: values in, bytes out."""
