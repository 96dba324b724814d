/** 简体中文：视频、实时、全景、材质、纹样、主题、训练各页。 */
import type { enWorks } from "./en-works";

export const zhWorks: Record<keyof typeof enWorks, string> = {};
