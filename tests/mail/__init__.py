"""What SES does with mail, without a socket."""
