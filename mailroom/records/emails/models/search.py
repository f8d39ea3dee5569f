"""What search keeps of a mail, besides the index that each database has in its own way (search/store)."""

from django.db import models

from mailroom.records.emails.models.email import Email


class SearchDocument(models.Model):
    """A mail in the index. `place` orders by date and key: seconds since 1970 above the last 30 bits of the key."""

    email = models.OneToOneField(Email, models.CASCADE, primary_key=True, related_name="search_document")
    place = models.BigIntegerField(unique=True)


class AddressWord(models.Model):
    """A word that stands in some name or address."""

    word = models.CharField(max_length=64, unique=True)
    length = models.PositiveSmallIntegerField()


class AddressGram(models.Model):
    """Three letters in a row of such a word, its ends written as ^ and $."""

    gram = models.CharField(max_length=3)
    word = models.ForeignKey(AddressWord, models.CASCADE, related_name="grams", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("gram", "word"), name="one_gram_a_word")]
