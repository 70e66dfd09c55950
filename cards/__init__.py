"""What people see: pure functions from a View to an Adaptive Card. Imports bot.model and bot.errors alone."""
