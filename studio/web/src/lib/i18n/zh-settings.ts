/** 简体中文：各项设置的说明。英文说明来自服务器；这里没有的，就显示英文。 */
export const zhSettings: Record<string, string> = {
  size: "成品的长边，单位为像素。",
  content_weight: "α：内容图像的权重。",
  style_weight: "β：风格的权重。",
  style_scale: "风格笔触的大小：2 表示放大到两倍。",
  engine:
    "绘制引擎：优化器逐像素求解；训练好的网络可立即完成，支持强度，但不使用权重以及“迭代计划”“目标函数”“编码器”中的设置。",
  wrap: "哪些边缘无缝相接：x 为左右（如全景图），both 为四边（如平铺纹理）；half-drop 与 brick 为对应的错位排列。边长会取 16 像素的倍数，错位时为 32。",
  seed: "随机种子，从噪声开始时使用。",
  iterations: "由粗到细各尺度的迭代次数；最后一个数用于之后的所有尺度。",
  coarsest: "第一个尺度的长边，单位为像素；之后逐级加倍。",
  seconds: "时间上限：到达该秒数即停止。",
  tolerance: "10 次迭代带来的改进小于此比例时，进入下一尺度。",
  solver: "最小化目标函数的方法。",
  init: "起点：内容图像、噪声、风格、网络的画作，或一张图片（例如先前的成品）。",
  memory: "可用内存（GB）：较大的图片会分块处理。",
  color:
    "色彩来源：style 采用风格的色彩；keep 保留内容图像的色彩，只采用画作的明暗；match 先将风格图像调成内容图像的色彩。",
  color_strength: "keep 或 match 的程度，0 到 1。",
  objective:
    "风格的衡量方式：neighbors 让画面各处取自风格图像中最匹配之处；gram 让整幅画面具有风格图像的统计特征。",
  faces: "人脸的画法：gentle 保持本人样貌，style 与其他部分一致，keep 保留照片原貌。",
  match:
    "neighbors 如何考虑画面内容：soft 优先匹配含义相同之处（天空对天空、皮肤对皮肤）；regions 将两幅图各自分区，每个区域取最相似的一块；off 只看形状。",
  match_by:
    "判断画面内容所用的特征：dino（pinxit weights pull dino）、vgg，或 auto（现有特征中较好的一种）；配方会记下所用的是哪一种。",
  assignment:
    "用于 match regions：内容图像的每个区域对应风格图像的哪个或哪些区域，例如 2,0,1+3；留空则自动取最相似的区域。",
  smoothness: "γ：总变差的权重。",
  content_layers: "内容损失所用的层，格式为 名称 或 名称=权重。",
  style_layers: "风格损失所用的层，格式为 名称 或 名称=权重。",
  style_moments: "风格损失中均值与标准差所占比例，0 到 1；其余为 Gram 矩阵。",
  content_statistics: "内容特征图的均值和标准差以谁为准：风格（AdaIN）或内容自身。",
  content_similarity: "内容损失中自相似性相对于特征图本身的权重。",
  form: "损失的形式：相对于目标能量的比例，或论文原式（基于重新缩放的 VGG）。",
  network: "所用的网络：live 快数倍，但较粗糙。",
  strength: "风格的强度：0 为照片，1 为完全的风格。",
  encoder: "提取特征所用的网络。",
  pooling: "编码器缩小特征图的方式。",
  device: "计算设备。",
  precision: "计算精度。",
};
