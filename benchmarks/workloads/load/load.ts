// A script that imports this package.
// oxlint-disable-next-line import/no-unassigned-import -- only loading is measured
import 'io-selectors';
