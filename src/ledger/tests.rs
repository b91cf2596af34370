// Property tests against a plain second implementation.
