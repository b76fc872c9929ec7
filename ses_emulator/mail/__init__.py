"""What SES does with mail. Functions over dicts and bytes; the store is reached at the end."""
