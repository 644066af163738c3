import type { Entry } from './journal.js'

/** One line of the story; '' for what says nothing. */
export function inWords(entry: Entry): string {
  switch (entry.what) {
    case 'sent':
      return `request ${entry.call.id} is sent with ${entry.token ?? 'no token'}`
    case 'ended':
      return `${entry.call.by} ${entry.call.id} ends: ${entry.call.outcome}`
    case 'grant':
      return `tab ${entry.grant.tab} asks for a grant with ${entry.grant.refreshToken}`
    case 'grantEnded':
      return `the grant with ${entry.grant.refreshToken} ends: ${entry.grant.how}`
    case 'stored':
      return entry.record
        ? `tab ${entry.tab} stores ${entry.record.tokens.refreshToken}`
        : `tab ${entry.tab} clears the store`
    case 'loginRequired':
      return `tab ${entry.tab} calls onLoginRequired`
    case 'told':
      return /adopted|granted$|problem/.test(entry.event.type)
        ? `tab ${entry.tab} tells '${entry.event.type}'${entry.event.type === 'problem' ? `: ${entry.event.message}` : ''}`
        : ''
    default:
      return ''
  }
}
