"""Addresses of incoming mail and of who is told."""

from django.urls import path

from vigie.web.mail import deliveries, recipients, views

urlpatterns = [
    path("mail", views.mails, name="mails"),
    path("mail/<int:pk>/assign", views.assign, name="mail_assign"),
    path("mail/<int:pk>/dismiss", views.dismiss, name="mail_dismiss"),
    path("mail/deliveries", deliveries.deliveries, name="deliveries"),
    *(
        path(
            f"mail/deliveries/<int:pk>/{what}", deliveries.decide, {"what": what}, name=f"any_delivery_{what}"
        )
        for what in ("retry", "arrived", "give-up")
    ),
    path("recipients", recipients.recipients, name="recipients"),
    path("recipients/lists/new", recipients.mailing_list, name="list_add"),
    path("recipients/lists/<int:pk>", recipients.mailing_list, name="list_edit"),
    path("recipients/lists/<int:pk>/close", recipients.close_list, name="list_close"),
    path("recipients/clear", recipients.clear, name="address_clear"),
    path("recipients/resume", recipients.resume, name="contact_resume"),
    path("recipients/erase", recipients.erase, name="subscriber_erase"),
]
