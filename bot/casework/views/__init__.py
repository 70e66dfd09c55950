"""What each person is shown, as Views of finished sentences. Pure: changes nothing."""
