// The parts of Apache ECharts 6.1.0 that the report draws with. echarts.min.js is made of this file by
//   npm install echarts@6.1.0 esbuild@0.28.2
//   npx esbuild echarts.entry.js --bundle --minify --legal-comments=none --format=iife --global-name=echarts \
//     --target=es2020 --outfile=echarts.min.js
import { use } from "echarts/core";
import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from "echarts/charts";
import { BrushComponent, GridComponent, MarkAreaComponent, MarkLineComponent, ParallelComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
use([
  BarChart, CustomChart, LineChart, ParallelChart, ScatterChart,
  BrushComponent, GridComponent, MarkAreaComponent, MarkLineComponent, ParallelComponent,
  CanvasRenderer,
]);
export { init } from "echarts/core";
