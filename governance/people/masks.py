"""Masks of personal data: what may be shown without a reason."""


def mask_id(number: str) -> str:
    """First and last character only: the usual mask beside a birth date gives the whole number away."""
    return f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}" if len(number) > 2 else number


def mask_phone(number: str) -> str:
    """138****1234"""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "*" * len(number)


def mask_birth_date(text: str) -> str:
    """1976-**-**"""
    return f"{text[:4]}-**-**" if text else ""
