/** Tells the others who share a store that it has changed; never what is in it. */
export interface Notices {
  /** Something was stored or cleared here. */
  readonly tell: () => void
  /** Calls `listener` when another tab, or another session of this page, tells. Returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void
}

/** Notices by BroadcastChannel, where there is one; among the sessions of one store object always. */
export function openNotices(name: string): Notices {
  const listeners = new Set<() => void>()
  let channel: BroadcastChannel | undefined
  const hear = (): void => listeners.forEach((listener) => listener())
  return {
    tell() {
      channel?.postMessage('changed')
      // A channel does not hear itself. Whoever has told it himself finds nothing new.
      if (listeners.size > 1) hear()
    },
    subscribe(listener) {
      channel ??= openChannel(`tokenflight:${name}`, hear)
      const own = (): void => listener()
      listeners.add(own)
      return () => {
        listeners.delete(own)
        if (listeners.size) return
        channel?.close()
        channel = undefined
      }
    },
  }
}

function openChannel(name: string, hear: () => void): BroadcastChannel | undefined {
  try {
    const channel = new BroadcastChannel(name)
    channel.onmessage = hear
    // In Node a channel would keep the process alive.
    ;(channel as { unref?(): void }).unref?.()
    return channel
  } catch {
    // Not there, or not allowed: what other ways there are still tell.
    return undefined
  }
}
