"""Letters that go with a version: to whom, what they say, how they are handed over, who has answered."""
