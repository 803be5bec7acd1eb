message-one = { $sentence }. Number { $number }: { $link }
message-one-plain = { $sentence }: { $link }
message-day = { $n ->
    [one] One piece of news today:
   *[other] { $n } pieces of news today:
}
message-line = { $sentence } ({ $number })
message-more = And { $n } more; sign in and look under “Me”: { $link }
message-all = Sign in and look under “Me”: { $link }
message-code = Your Linli recovery code is { $code }, good for { $minutes } minutes. Nobody, staff included, will ever ask you for it: please tell no one.
message-code-subject = Linli recovery code
message-one-subject = Linli: { $sentence }
message-day-subject = { $n ->
    [one] Linli: today’s news
   *[other] Linli: today’s { $n } pieces of news
}
message-foot = Linli sent this mail by itself; there is no need to reply. To get less mail, or none, sign in and choose under “Me”.
