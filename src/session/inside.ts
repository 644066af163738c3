/** Where a session keeps its way in for `tokenflight/devtools`; the same for every copy of this package. Not for apps. */
export const insideKey = Symbol.for('tokenflight.inside')
