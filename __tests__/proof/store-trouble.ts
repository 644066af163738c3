import type { Entry } from './journal.js'

/** Whether some tab has told that the store failed it. Then tabs cannot know of each other, and are not blamed. */
export class StoreTrouble {
  isThere = false

  see(entry: Entry): void {
    if (entry.what === 'told' && entry.event.type === 'problem') this.isThere = true
  }
}
