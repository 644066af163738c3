const [width, height] = [120, 28]

/** A small line without axes: the figure beside it says what it is about. */
export function Trend({ points = [] }: { readonly points: readonly number[] | undefined }) {
  const step = width / Math.max(1, points.length - 1)
  const line = points.map((point, index) => `${index * step},${height - 3 - (point / 100) * (height - 6)}`)
  return (
    <svg className="trend" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {points.length > 0 && (
        <>
          <polygon points={`0,${height} ${line.join(' ')} ${width},${height}`} />
          <polyline points={line.join(' ')} />
        </>
      )}
    </svg>
  )
}
