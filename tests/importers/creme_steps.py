# mypy: ignore-errors
"""What a person does in Creme, one step a line of JSON: run by Creme's own Python, beside `theirs.py`.

Files go through its pages: the document, the first and the second page of an import, and the job that these
begin; the list is what its button « export » gives.
"""

import json
import sys
from types import ModuleType

import django


class Names(dict):
    """The names of styles and scripts, which Creme packs for browsers; no browser asks for them here."""

    def __missing__(self, key):
        return key


packed = sys.modules["_generated_media_names"] = ModuleType("_generated_media_names")
packed.NAMES = Names()
django.setup()

from creme.creme_core.core.entity_cell import EntityCellCustomField, EntityCellRegularField  # noqa: E402
from creme.creme_core.creme_jobs import mass_import_type  # noqa: E402
from creme.creme_core.models import CremeUser, CustomField, HeaderFilter, Job, MassImportJobResult  # noqa: E402
from creme.documents.models import Document, Folder  # noqa: E402
from creme.persons.models import Contact  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402

setup_test_environment()
OF_CONTACTS = ContentType.objects.get_for_model(Contact)
ROOT = CremeUser.objects.get(username="root")
browser = Client()
browser.force_login(ROOT)


def fields():
    """Return the custom fields of contacts by name."""
    return {each.name: each for each in CustomField.objects.filter(content_type=OF_CONTACTS)}


def make_fields(names):
    """Create text fields, once."""
    for each in set(names) - fields().keys():
        CustomField.objects.create(name=each, content_type=OF_CONTACTS, field_type=CustomField.STR)


def import_file(path, key):
    """Import a file by the pages of Creme, each column into the field of its name, found by `key`."""
    with open(path, "rb") as file:  # noqa: PTH123  # as little as can be
        content = file.read()
    title = f"{path} {Document.objects.count()}"
    folder = Folder.objects.first()
    sent = {"user": ROOT.id, "title": title, "linked_folder": folder.id}
    upload = SimpleUploadedFile("theirs.csv", content, "text/csv")
    browser.post(reverse("documents__create_document"), {**sent, "filedata": upload}, follow=True)
    document = Document.objects.get(title=title)
    address = reverse("creme_core__mass_import", args=(OF_CONTACTS.id,))
    first = browser.post(address, {"step": 0, "document": document.id, "has_header": "on"}, follow=True)
    form = first.context["form"]
    columns = {label.split(" - ", 1)[1]: place for place, label in form.choices if place}
    custom = {f"custom_field-{each.id}": name for name, each in fields().items()}
    chosen = {"step": 1, "document": document.id, "has_header": "on", "user": ROOT.id, "key_fields": key}
    for name in form.fields:
        column = columns.pop(custom.get(name, name), 0)
        chosen[f"{name}_colselect"] = column
    done = browser.post(address, chosen, follow=True)
    job = Job.objects.order_by("-id").first()
    if "job" not in done.context or columns:
        return {
            "refused": str(done.context["form"].errors) if "form" in done.context else "",
            "left": columns,
        }
    mass_import_type.execute(job)
    results = list(MassImportJobResult.objects.filter(job=job))
    job.delete()
    return {
        "created": sum(1 for each in results if not each.updated and each.real_entity),
        "updated": sum(1 for each in results if each.updated and not each.messages),
        "errors": [each.messages for each in results if each.messages],
    }


def contacts():
    """Return every contact but Creme's own: its fields and ours."""
    ours = fields()
    found = []
    for each in Contact.objects.filter(is_user=None).order_by("id"):
        row = {
            name: getattr(each, name) for name in ("last_name", "email", "mobile", "url_site", "description")
        }
        values = {
            name: field.value_class.objects.filter(entity=each.id, custom_field=field).first()
            for name, field in ours.items()
        }
        found.append(row | {name: value.value for name, value in values.items() if value})
    return found


def add(last_name, **more):
    """Add a contact by hand."""
    return Contact.objects.create(user=ROOT, last_name=last_name, **more).id


def write(last_name, **values):
    """Write into fields of a contact by hand: ours or Creme's."""
    contact = Contact.objects.get(last_name=last_name)
    for name, value in values.items():
        if name in fields():
            fields()[name].value_class.save_values_for_entities(fields()[name], [contact], value)
        else:
            setattr(contact, name, value)
    contact.save()


def delete_those(name, value):
    """Delete the contacts whose field has a value, as a filter and the button for it do."""
    field = fields()[name]
    ids = list(
        field.value_class.objects.filter(custom_field=field, value=value).values_list("entity", flat=True)
    )
    for each in Contact.objects.filter(id__in=ids):
        each.trash()
        each.delete()
    return len(ids)


def export_list(names):
    """Return what Creme's export of the list of contacts gives, with these columns."""
    ours = fields()
    cells = [
        (EntityCellCustomField, str(ours[each].id)) if each in ours else (EntityCellRegularField, each)
        for each in names
    ]
    view = HeaderFilter.objects.proxy(id="ours", name="Ours", model=Contact, cells=cells).get_or_create()[0]
    asked = {"ct_id": OF_CONTACTS.id, "type": "csv", "hfilter": view.id}
    answer = browser.get(reverse("creme_core__mass_export"), asked, follow=True)
    return b"".join(answer).decode()


STEPS = {
    each.__name__: each
    for each in (make_fields, import_file, contacts, add, write, delete_those, export_list)
}

for line in sys.stdin:
    step, given = json.loads(line)
    sys.stdout.write(json.dumps({"answer": STEPS[step](**given)}) + "\n")
    sys.stdout.flush()
