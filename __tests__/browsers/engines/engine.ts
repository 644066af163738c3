/** A browser that this machine may have. */
export interface Engine {
  readonly name: 'Chromium' | 'Firefox' | 'WebKitGTK'
  /** The programs that it needs, by path. */
  readonly programs: readonly string[]
  /** Starts it with an empty profile that all of its tabs share. */
  launch(): Promise<Browser>
}

/** A running browser. */
export interface Browser {
  /** Opens a tab of its own, without an opener, on an address, and waits until that has loaded. */
  open(url: string): Promise<Page>
  /** The process ids of all that show pages, and of what the engine keeps ready to. */
  pageProcesses(): Promise<number[]>
  /** Ends the browser and everything that was started for it. */
  close(): Promise<void>
}

/** One tab, as far as all engines can drive it. Nothing here may wait for the page's own work: it polls for that. */
export interface Page {
  /** Evaluates an expression in the page at once; its value must be JSON. */
  evaluate<T>(expression: string): Promise<T>
  /** Goes to another address and waits until that has loaded. */
  go(url: string): Promise<void>
  /** One step back in the history. Resolves when the page before is shown. */
  back(): Promise<void>
  reload(): Promise<void>
  /** Closes the tab as a user does, in the middle of whatever it is doing. */
  close(): Promise<void>
  /** Stops everything in the tab, as browsers freeze tabs in the background. Absent where the engine cannot. */
  freeze?(): Promise<void>
  /** Lets a frozen tab go on. */
  thaw?(): Promise<void>
  /** Takes this tab alone off the network, or back on. Absent where the engine cannot. */
  setOffline?(isOffline: boolean): Promise<void>
}
