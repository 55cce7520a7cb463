/** The mails of signing in: the same words as text and as simple HTML, without pictures and without tracking. */
import type { Mail } from './mail.ts'

interface Letter {
  readonly to: string
  readonly subject: string
  readonly paragraphs: readonly string[]
  readonly link?: { readonly label: string; readonly url: string }
  /** What stands below the link. */
  readonly after?: readonly string[]
}

/** A mail from its paragraphs. Whatever people have written into them is text in both forms. */
export function letter({ to, subject, paragraphs, link, after = [] }: Letter): Mail {
  const end = [...after, 'Sallyport sent this mail by itself; nobody reads answers to it.']
  const text = [...paragraphs, ...(link === undefined ? [] : [`${link.label}:\n${link.url}`]), ...end].join(
    '\n\n',
  )
  const button = link === undefined ? [] : [
    `<p><a href="${escape(link.url)}" style="display:inline-block;padding:10px 16px;border-radius:6px;` +
    `background:#1f4fd8;color:#ffffff;text-decoration:none">${escape(link.label)}</a></p>`,
  ]
  const html = [
    '<!doctype html><html lang="en"><meta charset="utf-8"><body style="font:16px/1.5 sans-serif;max-width:36em">',
    ...paragraphs.map(paragraph),
    ...button,
    ...end.map(paragraph),
    '</body></html>',
  ].join('\n')
  return { to, subject, text: `${text}\n`, html }
}

const paragraph = (text: string) => `<p>${escape(text)}</p>`

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(
    '"',
    '&quot;',
  )
}

const ONCE = 'The link counts once, for an hour. If this was not you, ignore this mail: nothing happens.'

/** `base` is the public URL. A secret stands in the fragment, which no browser sends to any server. */
export function registerMail({ to, base, secret }: { to: string; base: string; secret: string }): Mail {
  return letter({
    to,
    subject: 'Confirm your mail address',
    paragraphs: ['Somebody wants to make a Sallyport account with this mail address.'],
    link: { label: 'Go on to make the account', url: `${base}/console/verify#${secret}` },
    after: [ONCE],
  })
}

export function knownMail({ to, base, secret }: { to: string; base: string; secret: string }): Mail {
  return letter({
    to,
    subject: 'You have an account already',
    paragraphs: [
      'Somebody wanted to make a Sallyport account with this mail address. There is one already.',
      'Sign in as before. Should you have forgotten the password, set a new one:',
    ],
    link: { label: 'Set a new password', url: `${base}/console/reset#${secret}` },
    after: [ONCE],
  })
}

export function resetMail({ to, base, secret }: { to: string; base: string; secret: string }): Mail {
  return letter({
    to,
    subject: 'Set a new password',
    paragraphs: ['Somebody asked for a new password for your Sallyport account.'],
    link: { label: 'Set a new password', url: `${base}/console/reset#${secret}` },
    after: [ONCE],
  })
}

export function unknownMail({ to, base, secret }: { to: string; base: string; secret: string }): Mail {
  return letter({
    to,
    subject: 'There is no account with this address',
    paragraphs: [
      'Somebody asked for a new password for a Sallyport account with this mail address. There is none.',
      'Perhaps you used another address. You can also make an account:',
    ],
    link: { label: 'Make an account', url: `${base}/console/verify#${secret}` },
    after: [ONCE],
  })
}

export function addressMail({ to, base, secret }: { to: string; base: string; secret: string }): Mail {
  return letter({
    to,
    subject: 'Confirm your new mail address',
    paragraphs: ['You asked to use this mail address for your Sallyport account.'],
    link: { label: 'Use this address', url: `${base}/console/account#${secret}` },
    after: [ONCE],
  })
}

/** No more than what is asked, in the words of the reference, and who asks: what it is about is in the console. */
export function approvalMail(
  { to, base, summary, asker }: { to: string; base: string; summary: string; asker: string },
): Mail {
  return letter({
    to,
    subject: 'Sallyport: a request waits for a second person',
    paragraphs: [
      `${asker} asks for this, which needs another person: ${summary}`,
      'Approve only what you talked about with them.',
    ],
    link: { label: 'Look at what waits', url: `${base}/console/approvals` },
  })
}

/** What an owner has to hear of, since it may have been somebody else. ASVS 5.0, 6.3.7. */
const notices = {
  new_device: 'Your account was signed in to from a browser that it has not seen before.',
  identity_connected:
    'A sign-in provider was connected to your account: who signs in there can sign in as you.',
  identity_removed:
    'A sign-in provider was disconnected from your account, and its other sessions have ended.',
  password_changed: 'The password of your account was changed, and its other sessions have ended.',
  address_changed: 'The mail address of your account was changed: this one is not used any more.',
  totp_added: 'An authenticator app was set up for your account.',
  totp_removed: 'The authenticator app of your account was removed.',
  passkey_added: 'A passkey was added to your account.',
  passkey_removed: 'A passkey of your account was removed.',
  recovery_codes_made: 'New recovery codes were made for your account: those of before count no more.',
  codes_guessed:
    'Somebody who knows your password, or sits at your browser, entered wrong codes several times. Were it not you, ' +
    'they did not get in.',
  passkey_cloned:
    'A passkey of your account was used that may be a copy: its counter did not rise. It was refused; remove that ' +
    'passkey, and add another one.',
  recovery_code_used: 'Your account was signed in to with one of its recovery codes.',
  deleted: 'Your account was deleted, with its sessions and all ways to sign in.',
} as const

export function noticeMail(
  { to, base, what }: { to: string; base: string; what: keyof typeof notices },
): Mail {
  return letter({
    to,
    subject: 'Sallyport: something changed in your account',
    paragraphs: [notices[what], 'If that was you, there is nothing to do.'],
    link: { label: 'Look at your account', url: `${base}/console/account` },
    after: ['If it was not you, set a new password at once and tell whoever runs this installation.'],
  })
}
