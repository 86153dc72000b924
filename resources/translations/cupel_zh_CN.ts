<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
  <context>
    <name>window</name>
    <message>
      <source>"Compress" makes its networks smaller in several ways, scores each on the trial's own folds, and measures bytes and time. It takes a few minutes.</source>
      <translation>点击“压缩”，将以多种方式缩小其网络，在该试验自己的折上逐一评分，并测量字节数与耗时，需要几分钟。</translation>
    </message>
    <message>
      <source>(missing)</source>
      <translation>（缺失）</translation>
    </message>
    <message>
      <source>(other)</source>
      <translation>（其他）</translation>
    </message>
    <message>
      <source>, </source>
      <translation>、</translation>
    </message>
    <message>
      <source>0 to 1</source>
      <translation>0 到 1</translation>
    </message>
    <message>
      <source>0.5, the more likely class</source>
      <translation>0.5，取更可能的类别</translation>
    </message>
    <message>
      <source>1 day ago</source>
      <translation>1 天前</translation>
    </message>
    <message>
      <source>1 hour ago</source>
      <translation>1 小时前</translation>
    </message>
    <message>
      <source>1 is perfect, 0 no better than the mean of the group.</source>
      <translation>1 为完美，0 表示不优于该组的平均值。</translation>
    </message>
    <message>
      <source>1 minute ago</source>
      <translation>1 分钟前</translation>
    </message>
    <message>
      <source>1 row</source>
      <translation>1 行</translation>
    </message>
    <message>
      <source>1 row at most, ms</source>
      <translation>单行上限（毫秒）</translation>
    </message>
    <message>
      <source>1 row predicted</source>
      <translation>已预测 1 行</translation>
    </message>
    <message>
      <source>1 row, p50 / p95</source>
      <translation>1 行，p50 / p95</translation>
    </message>
    <message>
      <source>1 row, {unit}</source>
      <translation>1 行，{unit}</translation>
    </message>
    <message>
      <source>1 running</source>
      <translation>1 项运行中</translation>
    </message>
    <message>
      <source>1 study</source>
      <translation>1 项研究</translation>
    </message>
    <message>
      <source>1 trial</source>
      <translation>1 次试验</translation>
    </message>
    <message>
      <source>1 trial failed, {kind}: {names}</source>
      <translation>1 个试验失败，{kind}：{names}</translation>
    </message>
    <message>
      <source>1 trial is tied with the best</source>
      <translation>1 个试验与最佳不分上下</translation>
    </message>
    <message>
      <source>1 trial was asked for</source>
      <translation>已请求 1 个试验</translation>
    </message>
    <message>
      <source>1 worker</source>
      <translation>1 个进程</translation>
    </message>
    <message>
      <source>256 rows</source>
      <translation>256 行</translation>
    </message>
    <message>
      <source>256 rows, p50 / p95</source>
      <translation>256 行，p50 / p95</translation>
    </message>
    <message>
      <source>256 rows, {unit}</source>
      <translation>256 行，{unit}</translation>
    </message>
    <message>
      <source>95% interval</source>
      <translation>95% 区间</translation>
    </message>
    <message>
      <source>95% {low} … {high}</source>
      <translation>95% {low} … {high}</translation>
    </message>
    <message>
      <source>A baseline is no network; select a trial of the search.</source>
      <translation>基线不是网络；请选择一个搜索试验。</translation>
    </message>
    <message>
      <source>A bundle holds the best network with its preprocessing, ready to run without Cupel.</source>
      <translation>导出包含有最佳网络及其预处理，无需 Cupel 即可运行。</translation>
    </message>
    <message>
      <source>A bundle is loaded again in a clean process and must give the stored predictions.</source>
      <translation>导出包会在全新进程中重新加载，其预测必须与已存储的预测一致。</translation>
    </message>
    <message>
      <source>A column of the data; the model need not use it.</source>
      <translation>数据中的一列；模型不必使用它。</translation>
    </message>
    <message>
      <source>A limit must be more than zero, or empty.</source>
      <translation>上限必须大于零，或留空。</translation>
    </message>
    <message>
      <source>A note of yours (Markdown), then Enter</source>
      <translation>写一条笔记（Markdown），按回车</translation>
    </message>
    <message>
      <source>A number</source>
      <translation>自定数值</translation>
    </message>
    <message>
      <source>A table (CSV, JSON, Parquet), or images or texts: a folder or ZIP with a sub-folder for each class</source>
      <translation>表格（CSV、JSON、Parquet），或图像或文本：每类一个子文件夹的文件夹或 ZIP</translation>
    </message>
    <message>
      <source>About 1 trial fits the budget.</source>
      <translation>预算内约可完成 1 次试验。</translation>
    </message>
    <message>
      <source>About {low} to {high} trials fit the budget.</source>
      <translation>预算内约可完成 {low} 到 {high} 次试验。</translation>
    </message>
    <message>
      <source>About {n} trials fit the budget.</source>
      <translation>预算内约可完成 {n} 次试验。</translation>
    </message>
    <message>
      <source>Absolute error</source>
      <translation>绝对误差</translation>
    </message>
    <message>
      <source>Accuracy</source>
      <translation>准确率</translation>
    </message>
    <message>
      <source>Add chart</source>
      <translation>添加图表</translation>
    </message>
    <message>
      <source>Against baseline</source>
      <translation>相对基线</translation>
    </message>
    <message>
      <source>Against the best baseline</source>
      <translation>相对最佳基线</translation>
    </message>
    <message>
      <source>Against the mean of the fold</source>
      <translation>相对于该折的均值</translation>
    </message>
    <message>
      <source>All others are compared with it, or with the control where they were trained on.</source>
      <translation>其余变体都与它比较；继续训练过的则与对照比较。</translation>
    </message>
    <message>
      <source>All rows</source>
      <translation>所有行</translation>
    </message>
    <message>
      <source>All studies</source>
      <translation>全部研究</translation>
    </message>
    <message>
      <source>All together</source>
      <translation>全部合并</translation>
    </message>
    <message>
      <source>All trials</source>
      <translation>全部试验</translation>
    </message>
    <message>
      <source>Also minimize</source>
      <translation>同时减小</translation>
    </message>
    <message>
      <source>Always in a bundle.</source>
      <translation>导出包中总有它。</translation>
    </message>
    <message>
      <source>Always together</source>
      <translation>始终放在一起</translation>
    </message>
    <message>
      <source>Another file</source>
      <translation>换一个文件</translation>
    </message>
    <message>
      <source>Any against any</source>
      <translation>任意对任意</translation>
    </message>
    <message>
      <source>Any column against any</source>
      <translation>任意两列对照</translation>
    </message>
    <message>
      <source>Archive</source>
      <translation>归档</translation>
    </message>
    <message>
      <source>Archive it first; what is archived can be deleted for good.</source>
      <translation>请先归档；已归档的才能彻底删除。</translation>
    </message>
    <message>
      <source>Archived</source>
      <translation>已归档</translation>
    </message>
    <message>
      <source>Archived 1 trial</source>
      <translation>已归档 1 个试验</translation>
    </message>
    <message>
      <source>Archived {name}</source>
      <translation>已归档“{name}”</translation>
    </message>
    <message>
      <source>Archived {n} trials</source>
      <translation>已归档 {n} 个试验</translation>
    </message>
    <message>
      <source>As trained</source>
      <translation>训练所得</translation>
    </message>
    <message>
      <source>As trained, float32</source>
      <translation>训练所得，float32</translation>
    </message>
    <message>
      <source>At most 1 trial fits the budget.</source>
      <translation>预算内最多可完成 1 次试验。</translation>
    </message>
    <message>
      <source>At most {size} of memory.</source>
      <translation>内存最多 {size}。</translation>
    </message>
    <message>
      <source>At once</source>
      <translation>并行</translation>
    </message>
    <message>
      <source>Audit</source>
      <translation>审计</translation>
    </message>
    <message>
      <source>Audited</source>
      <translation>已审计</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>Automatic: the rarer one</source>
      <translation>自动：较少的一类</translation>
    </message>
    <message>
      <source>Automatic: {kind}</source>
      <translation>自动：{kind}</translation>
    </message>
    <message>
      <source>Automatic: {task}</source>
      <translation>自动：{task}</translation>
    </message>
    <message>
      <source>Back to the default</source>
      <translation>恢复默认</translation>
    </message>
    <message>
      <source>Bad input</source>
      <translation>输入有误</translation>
    </message>
    <message>
      <source>Bag of words</source>
      <translation>词袋</translation>
    </message>
    <message>
      <source>Base</source>
      <translation>原网络</translation>
    </message>
    <message>
      <source>Baseline {name}: {score}</source>
      <translation>基线 {name}：{score}</translation>
    </message>
    <message>
      <source>Being measured…</source>
      <translation>正在测量…</translation>
    </message>
    <message>
      <source>Beside each number the ends between which the truth lies so often; of classes, the set that holds it</source>
      <translation>在每个数值旁给出真值以该频率落入其间的两端；对于类别，给出包含真值的集合</translation>
    </message>
    <message>
      <source>Best baseline</source>
      <translation>最佳基线</translation>
    </message>
    <message>
      <source>Best epoch of each fold (optimistic)</source>
      <translation>每折最佳轮次（偏乐观）</translation>
    </message>
    <message>
      <source>Best score</source>
      <translation>最佳得分</translation>
    </message>
    <message>
      <source>Best scores over time</source>
      <translation>最佳得分随时间的变化</translation>
    </message>
    <message>
      <source>Best so far</source>
      <translation>当前最佳</translation>
    </message>
    <message>
      <source>Between</source>
      <translation>介于</translation>
    </message>
    <message>
      <source>Binary classification</source>
      <translation>二分类</translation>
    </message>
    <message>
      <source>Blame layers</source>
      <translation>逐层归因</translation>
    </message>
    <message>
      <source>Breast cancer</source>
      <translation>乳腺癌</translation>
    </message>
    <message>
      <source>Browse…</source>
      <translation>浏览…</translation>
    </message>
    <message>
      <source>Budget: the first limit reached ends the search</source>
      <translation>预算：先达到的限制将结束搜索</translation>
    </message>
    <message>
      <source>Bundle</source>
      <translation>导出包</translation>
    </message>
    <message>
      <source>Bundles written</source>
      <translation>已写出的导出包</translation>
    </message>
    <message>
      <source>By group</source>
      <translation>按组</translation>
    </message>
    <message>
      <source>By size</source>
      <translation>按大小</translation>
    </message>
    <message>
      <source>By time</source>
      <translation>按时间</translation>
    </message>
    <message>
      <source>By trial</source>
      <translation>按试验</translation>
    </message>
    <message>
      <source>By {column}</source>
      <translation>按 {column}</translation>
    </message>
    <message>
      <source>CNN</source>
      <translation>CNN</translation>
    </message>
    <message>
      <source>CSV, TSV, JSON or Parquet file, folder or ZIP of images</source>
      <translation>CSV、TSV、JSON 或 Parquet 文件，图像文件夹或 ZIP</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Cancelled</source>
      <translation>已取消</translation>
    </message>
    <message>
      <source>Categorical</source>
      <translation>类别</translation>
    </message>
    <message>
      <source>Certificate</source>
      <translation>证书</translation>
    </message>
    <message>
      <source>Change and run…</source>
      <translation>更改并运行…</translation>
    </message>
    <message>
      <source>Change trial {number} and run it</source>
      <translation>更改试验 {number} 并运行</translation>
    </message>
    <message>
      <source>Chart</source>
      <translation>图表</translation>
    </message>
    <message>
      <source>Charts</source>
      <translation>图表</translation>
    </message>
    <message>
      <source>Choose a column, also one that the model does not use. "Audit" counts in each of its groups how often the model is right and in which way it errs, on rows that it had not seen.</source>
      <translation>请选择一列，也可以是模型未使用的列。“审计”会在该列的每个组中，用模型未见过的行统计它有多常判断正确、又以何种方式出错。</translation>
    </message>
    <message>
      <source>Choose for me</source>
      <translation>替我选择</translation>
    </message>
    <message>
      <source>Choose the column to predict.</source>
      <translation>请选择要预测的列。</translation>
    </message>
    <message>
      <source>Choose the folder for the bundle.</source>
      <translation>请选择导出包的文件夹。</translation>
    </message>
    <message>
      <source>Chosen among {n} candidates by what they lose on these folds, which flatters it.</source>
      <translation>它是按在这些折上的损失从 {n} 个候选中选出的，因此看上去偏好。</translation>
    </message>
    <message>
      <source>Chosen anew without each fold, the smallest within the limit of {limit} loses {mean} there ({low} … {high}).</source>
      <translation>若每次不看某一折重新选择，在 {limit} 的限制之内最小的形式在该折上损失 {mean}（{low} … {high}）。</translation>
    </message>
    <message>
      <source>Chosen of {n} candidates: {variant}</source>
      <translation>从 {n} 个候选中选出：{variant}</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>清除</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Close the panel; show all trials again</source>
      <translation>关闭面板；重新显示全部试验</translation>
    </message>
    <message>
      <source>Close the window; searches go on</source>
      <translation>关闭窗口（搜索继续进行）</translation>
    </message>
    <message>
      <source>Colour</source>
      <translation>颜色</translation>
    </message>
    <message>
      <source>Column</source>
      <translation>列</translation>
    </message>
    <message>
      <source>Columns</source>
      <translation>列</translation>
    </message>
    <message>
      <source>Commands</source>
      <translation>命令</translation>
    </message>
    <message>
      <source>Commands that were found</source>
      <translation>找到的命令</translation>
    </message>
    <message>
      <source>Compare studies</source>
      <translation>比较研究</translation>
    </message>
    <message>
      <source>Compared with the base on the same folds.</source>
      <translation>在相同的折上与原网络比较。</translation>
    </message>
    <message>
      <source>Compared with the control, which was trained on for as many epochs: more training alone may change the score.</source>
      <translation>与对照比较：对照继续训练了同样多的轮数，因为仅仅多训练也可能改变得分。</translation>
    </message>
    <message>
      <source>Complete</source>
      <translation>完成</translation>
    </message>
    <message>
      <source>Complete only</source>
      <translation>仅已完成</translation>
    </message>
    <message>
      <source>Compress</source>
      <translation>压缩</translation>
    </message>
    <message>
      <source>Compress trial</source>
      <translation>压缩试验</translation>
    </message>
    <message>
      <source>Compressing was cancelled; nothing of it was kept.</source>
      <translation>压缩已取消，没有保留任何结果。</translation>
    </message>
    <message>
      <source>Constant</source>
      <translation>常量</translation>
    </message>
    <message>
      <source>Contour</source>
      <translation>等值图</translation>
    </message>
    <message>
      <source>Control</source>
      <translation>对照</translation>
    </message>
    <message>
      <source>ConvNeXt</source>
      <translation>ConvNeXt</translation>
    </message>
    <message>
      <source>Converting and scoring {variant}…</source>
      <translation>正在转换并评分：{variant}…</translation>
    </message>
    <message>
      <source>Copied</source>
      <translation>已复制</translation>
    </message>
    <message>
      <source>Copied the chart</source>
      <translation>已复制图表</translation>
    </message>
    <message>
      <source>Copied the params</source>
      <translation>已复制超参数</translation>
    </message>
    <message>
      <source>Copied what the program said</source>
      <translation>已复制程序的输出</translation>
    </message>
    <message>
      <source>Copy as JSON</source>
      <translation>复制为 JSON</translation>
    </message>
    <message>
      <source>Copy as Markdown table</source>
      <translation>复制为 Markdown 表格</translation>
    </message>
    <message>
      <source>Copy as TOML</source>
      <translation>复制为 TOML</translation>
    </message>
    <message>
      <source>Copy as a picture</source>
      <translation>复制为图片</translation>
    </message>
    <message>
      <source>Copy details</source>
      <translation>复制详情</translation>
    </message>
    <message>
      <source>Copy params</source>
      <translation>复制超参数</translation>
    </message>
    <message>
      <source>Corrected for the choice</source>
      <translation>择优校正后</translation>
    </message>
    <message>
      <source>Counted of {n} rows.</source>
      <translation>按 {n} 行计算。</translation>
    </message>
    <message>
      <source>Counting in each group…</source>
      <translation>正在逐组统计…</translation>
    </message>
    <message>
      <source>Created</source>
      <translation>已创建</translation>
    </message>
    <message>
      <source>Cross-validated</source>
      <translation>交叉验证</translation>
    </message>
    <message>
      <source>Cross-validated, {n} repeats</source>
      <translation>交叉验证，{n} 次重复</translation>
    </message>
    <message>
      <source>Cupel</source>
      <translation>试金 Cupel</translation>
    </message>
    <message>
      <source>Curves by group</source>
      <translation>分组曲线</translation>
    </message>
    <message>
      <source>Damaged</source>
      <translation>已损坏</translation>
    </message>
    <message>
      <source>Dark theme</source>
      <translation>深色主题</translation>
    </message>
    <message>
      <source>Data</source>
      <translation>数据</translation>
    </message>
    <message>
      <source>Data to predict</source>
      <translation>要预测的数据</translation>
    </message>
    <message>
      <source>Date</source>
      <translation>日期</translation>
    </message>
    <message>
      <source>Delete for good</source>
      <translation>彻底删除</translation>
    </message>
    <message>
      <source>Delete for good…</source>
      <translation>彻底删除…</translation>
    </message>
    <message>
      <source>Delete {name} with {trials} for good?</source>
      <translation>彻底删除 {name} 及其 {trials}？</translation>
    </message>
    <message>
      <source>Deleted {name}: {size} are free again</source>
      <translation>已删除 {name}：释放了 {size}</translation>
    </message>
    <message>
      <source>Details</source>
      <translation>详情</translation>
    </message>
    <message>
      <source>Diabetes</source>
      <translation>糖尿病</translation>
    </message>
    <message>
      <source>Digits</source>
      <translation>手写数字</translation>
    </message>
    <message>
      <source>Dismiss</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Distill</source>
      <translation>蒸馏</translation>
    </message>
    <message>
      <source>Distilled</source>
      <translation>蒸馏</translation>
    </message>
    <message>
      <source>Distinct</source>
      <translation>唯一值数</translation>
    </message>
    <message>
      <source>Distribution</source>
      <translation>分布</translation>
    </message>
    <message>
      <source>Distribution of scores</source>
      <translation>得分分布</translation>
    </message>
    <message>
      <source>Diverged</source>
      <translation>训练发散</translation>
    </message>
    <message>
      <source>Do not use this bundle: it was not proven.</source>
      <translation>请勿使用此导出包：它未通过验证。</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>已完成</translation>
    </message>
    <message>
      <source>Draft</source>
      <translation>草稿</translation>
    </message>
    <message>
      <source>Drawn at random</source>
      <translation>随机抽取</translation>
    </message>
    <message>
      <source>Drawn from all rows, or an official part of the data: its test set</source>
      <translation>从所有行中抽取，或使用数据自带的官方部分：其测试集</translation>
    </message>
    <message>
      <source>Drop a data file or a folder here</source>
      <translation>把数据文件或文件夹拖到这里</translation>
    </message>
    <message>
      <source>Duplicate</source>
      <translation>复制</translation>
    </message>
    <message>
      <source>Duplicate as a new study</source>
      <translation>复制为新研究</translation>
    </message>
    <message>
      <source>Duration</source>
      <translation>用时</translation>
    </message>
    <message>
      <source>Duration, s</source>
      <translation>用时（秒）</translation>
    </message>
    <message>
      <source>Each format comes with a program that predicts raw data, and is proven in a clean process; a server, a model card and the certificate are added.</source>
      <translation>每种格式都附带可直接预测原始数据的程序，并在干净的进程中验证；另附服务端程序、模型卡和证书。</translation>
    </message>
    <message>
      <source>Each row by a network that had not seen it.</source>
      <translation>每一行都由未见过它的网络预测。</translation>
    </message>
    <message>
      <source>Edit the text to change what is searched.</source>
      <translation>编辑文本即可更改搜索内容。</translation>
    </message>
    <message>
      <source>Epoch</source>
      <translation>轮次</translation>
    </message>
    <message>
      <source>Epoch {epoch}</source>
      <translation>第 {epoch} 轮</translation>
    </message>
    <message>
      <source>Epochs</source>
      <translation>轮数</translation>
    </message>
    <message>
      <source>Error</source>
      <translation>错误</translation>
    </message>
    <message>
      <source>Export</source>
      <translation>导出</translation>
    </message>
    <message>
      <source>Export a network first, or open the folder of a bundle that came from elsewhere.</source>
      <translation>请先导出一个网络，或打开来自别处的导出包文件夹。</translation>
    </message>
    <message>
      <source>Export this form</source>
      <translation>导出此形式</translation>
    </message>
    <message>
      <source>Export trial</source>
      <translation>导出试验</translation>
    </message>
    <message>
      <source>Exporting, and checking what was exported…</source>
      <translation>正在导出并检验导出的内容…</translation>
    </message>
    <message>
      <source>FT-Transformer</source>
      <translation>FT-Transformer</translation>
    </message>
    <message>
      <source>Failed</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>Failed, {number_format}</source>
      <translation>未通过，{number_format}</translation>
    </message>
    <message>
      <source>Failures</source>
      <translation>失败</translation>
    </message>
    <message>
      <source>False positives</source>
      <translation>假阳性率</translation>
    </message>
    <message>
      <source>Families</source>
      <translation>模型族</translation>
    </message>
    <message>
      <source>Family</source>
      <translation>模型族</translation>
    </message>
    <message>
      <source>Fewer than 30 rows: too few to compare.</source>
      <translation>少于 30 行，不足以比较。</translation>
    </message>
    <message>
      <source>Fewer than one trial fits the budget.</source>
      <translation>预算内完成不了一次试验。</translation>
    </message>
    <message>
      <source>Fewer workers</source>
      <translation>减少工作进程</translation>
    </message>
    <message>
      <source>File</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>File at most, kB</source>
      <translation>文件上限（kB）</translation>
    </message>
    <message>
      <source>File of a network</source>
      <translation>网络文件大小</translation>
    </message>
    <message>
      <source>File size</source>
      <translation>文件大小</translation>
    </message>
    <message>
      <source>File, {unit}</source>
      <translation>文件，{unit}</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>File…</source>
      <translation>文件…</translation>
    </message>
    <message>
      <source>Filter</source>
      <translation>筛选</translation>
    </message>
    <message>
      <source>Filter studies</source>
      <translation>筛选研究</translation>
    </message>
    <message>
      <source>Filter, for instance  value &gt; 0.9 and optimizer == "adamw"</source>
      <translation>筛选，例如  value &gt; 0.9 and optimizer == "adamw"</translation>
    </message>
    <message>
      <source>Final network</source>
      <translation>最终网络</translation>
    </message>
    <message>
      <source>Finished</source>
      <translation>结束时间</translation>
    </message>
    <message>
      <source>Finishing</source>
      <translation>收尾中</translation>
    </message>
    <message>
      <source>First rows</source>
      <translation>前几行</translation>
    </message>
    <message>
      <source>Fitted on unseen rows</source>
      <translation>在未见过的行上拟合</translation>
    </message>
    <message>
      <source>Fitted threshold</source>
      <translation>拟合的阈值</translation>
    </message>
    <message>
      <source>Fitting it on predictions of unseen rows…</source>
      <translation>正在用未见过的行的预测拟合…</translation>
    </message>
    <message>
      <source>Fitting the threshold…</source>
      <translation>正在拟合阈值…</translation>
    </message>
    <message>
      <source>Fold</source>
      <translation>折</translation>
    </message>
    <message>
      <source>Fold {fold}: {score}, the mean of the trials here is {mean}</source>
      <translation>第 {fold} 折：{score}，此处试验的均值为 {mean}</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>文件夹</translation>
    </message>
    <message>
      <source>Folder for the bundle</source>
      <translation>导出包的文件夹</translation>
    </message>
    <message>
      <source>Folder of a bundle</source>
      <translation>导出包文件夹</translation>
    </message>
    <message>
      <source>Folder of images or texts</source>
      <translation>图像或文本文件夹</translation>
    </message>
    <message>
      <source>Folder…</source>
      <translation>文件夹…</translation>
    </message>
    <message>
      <source>Folds</source>
      <translation>各折</translation>
    </message>
    <message>
      <source>Folds and holdout</source>
      <translation>折与留出集</translation>
    </message>
    <message>
      <source>Forecast</source>
      <translation>预估</translation>
    </message>
    <message>
      <source>Forget a view</source>
      <translation>删除视图</translation>
    </message>
    <message>
      <source>Forgot the view {name}</source>
      <translation>已删除视图 {name}</translation>
    </message>
    <message>
      <source>Form</source>
      <translation>形式</translation>
    </message>
    <message>
      <source>Formats</source>
      <translation>格式</translation>
    </message>
    <message>
      <source>From the worst to the best</source>
      <translation>从最差到最好</translation>
    </message>
    <message>
      <source>From which probability on the second of the two classes is said.</source>
      <translation>两个类别中，第二类的概率超过多少时判为第二类。</translation>
    </message>
    <message>
      <source>Front</source>
      <translation>前沿</translation>
    </message>
    <message>
      <source>Further objectives beside the score; then no trial is given up early</source>
      <translation>除得分之外的目标；此时不会提前放弃任何试验</translation>
    </message>
    <message>
      <source>GPU</source>
      <translation>GPU</translation>
    </message>
    <message>
      <source>GRU, LSTM</source>
      <translation>循环网络（GRU、LSTM）</translation>
    </message>
    <message>
      <source>Gaussian process</source>
      <translation>高斯过程</translation>
    </message>
    <message>
      <source>Go on</source>
      <translation>继续搜索</translation>
    </message>
    <message>
      <source>Go to a page</source>
      <translation>切换页面</translation>
    </message>
    <message>
      <source>Gradient boosting</source>
      <translation>梯度提升</translation>
    </message>
    <message>
      <source>Grid</source>
      <translation>网格</translation>
    </message>
    <message>
      <source>Group</source>
      <translation>分组</translation>
    </message>
    <message>
      <source>Group by</source>
      <translation>分组依据</translation>
    </message>
    <message>
      <source>Groups by</source>
      <translation>分组依据</translation>
    </message>
    <message>
      <source>Growth of the front of score and cost</source>
      <translation>得分与成本前沿的增长</translation>
    </message>
    <message>
      <source>Holdout</source>
      <translation>留出集</translation>
    </message>
    <message>
      <source>Holdout of {baseline}</source>
      <translation>留出集（{baseline}）</translation>
    </message>
    <message>
      <source>Holdout rows</source>
      <translation>留出行</translation>
    </message>
    <message>
      <source>Holdout {metric}</source>
      <translation>留出集 {metric}</translation>
    </message>
    <message>
      <source>How long "Choose for me" tries candidates; measuring what it found comes on top.</source>
      <translation>“替我选择”尝试候选的时长；测量所得结果另需时间。</translation>
    </message>
    <message>
      <source>How trials ended, over two params</source>
      <translation>两个参数上试验的结局</translation>
    </message>
    <message>
      <source>Hypervolume</source>
      <translation>超体积</translation>
    </message>
    <message>
      <source>Identifier</source>
      <translation>标识符</translation>
    </message>
    <message>
      <source>Ignored</source>
      <translation>忽略</translation>
    </message>
    <message>
      <source>Image</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Images with their labels</source>
      <translation>图像及其标签</translation>
    </message>
    <message>
      <source>Importance</source>
      <translation>重要性</translation>
    </message>
    <message>
      <source>In the order of the file</source>
      <translation>按文件顺序</translation>
    </message>
    <message>
      <source>In time order</source>
      <translation>按时间先后</translation>
    </message>
    <message>
      <source>In words</source>
      <translation>结论</translation>
    </message>
    <message>
      <source>Intermediate values</source>
      <translation>中间值</translation>
    </message>
    <message>
      <source>Interrupted</source>
      <translation>已中断</translation>
    </message>
    <message>
      <source>Interval</source>
      <translation>区间</translation>
    </message>
    <message>
      <source>Intervals are of 95% and not corrected for how many groups and figures were compared: the widest gap looks wider than it is. A gap is no proof of unfairness, and none is no proof of fairness.</source>
      <translation>区间为 95%，未按所比较的组数与指标数校正：最大的差距看上去比实际更大。有差距不证明不公平，没有差距也不证明公平。</translation>
    </message>
    <message>
      <source>Iris</source>
      <translation>鸢尾花</translation>
    </message>
    <message>
      <source>It has ended.</source>
      <translation>它已经结束。</translation>
    </message>
    <message>
      <source>It has no complete trial yet.</source>
      <translation>它还没有完成的试验。</translation>
    </message>
    <message>
      <source>It is done; give it more time or trials.</source>
      <translation>它已完成；请给它更多时间或试验。</translation>
    </message>
    <message>
      <source>It is known when predicting: keep it</source>
      <translation>预测时已知：保留</translation>
    </message>
    <message>
      <source>It is not done; wait for its end, or resume it.</source>
      <translation>它尚未完成；请等它结束，或继续它。</translation>
    </message>
    <message>
      <source>It is not running.</source>
      <translation>它没有在运行。</translation>
    </message>
    <message>
      <source>It is running.</source>
      <translation>它正在运行。</translation>
    </message>
    <message>
      <source>It learned from the trial's network of its own fold, beside the true values.</source>
      <translation>除真实值外，还向本折自己的试验网络学习。</translation>
    </message>
    <message>
      <source>It loses: stay with 0.5.</source>
      <translation>会变差：请保持 0.5。</translation>
    </message>
    <message>
      <source>It pays.</source>
      <translation>值得采用。</translation>
    </message>
    <message>
      <source>It was trained on with weights rounded to {n} bits.</source>
      <translation>继续训练时权重按 {n} 位取整。</translation>
    </message>
    <message>
      <source>Its engine is being started.</source>
      <translation>它的引擎正在启动。</translation>
    </message>
    <message>
      <source>Its gain (95%)</source>
      <translation>其增益（95%）</translation>
    </message>
    <message>
      <source>Its trials, models and curves go with it, and its data where no other study needs them; this frees {size}. Exported bundles stay where they are. It cannot be undone.</source>
      <translation>它的试验、模型和曲线会一并删除，没有其他研究需要的数据也会删除；将释放 {size}。已导出的包保留原处。此操作无法撤销。</translation>
    </message>
    <message>
      <source>Keep</source>
      <translation>保留</translation>
    </message>
    <message>
      <source>Keep columns</source>
      <translation>保留的列</translation>
    </message>
    <message>
      <source>Keep images with the same part {part} of the name together</source>
      <translation>把文件名第 {part} 部分相同的图像放在一起</translation>
    </message>
    <message>
      <source>Keep near-duplicates on one side</source>
      <translation>让近似重复的行留在同一侧</translation>
    </message>
    <message>
      <source>Keep rows with the same {column} together</source>
      <translation>把 {column} 相同的行放在一起</translation>
    </message>
    <message>
      <source>Keep this layout</source>
      <translation>保存此布局</translation>
    </message>
    <message>
      <source>Keep this layout …</source>
      <translation>保存此布局…</translation>
    </message>
    <message>
      <source>Keep this view</source>
      <translation>保存此视图</translation>
    </message>
    <message>
      <source>Keep this view…</source>
      <translation>保存此视图…</translation>
    </message>
    <message>
      <source>Kept with the study; the model card of later exports shows it.</source>
      <translation>已随研究保存；之后导出的模型卡会显示它。</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>键盘快捷键</translation>
    </message>
    <message>
      <source>Kind of data</source>
      <translation>数据类型</translation>
    </message>
    <message>
      <source>Largest</source>
      <translation>最大</translation>
    </message>
    <message>
      <source>Largest difference</source>
      <translation>最大误差</translation>
    </message>
    <message>
      <source>Latency</source>
      <translation>延迟</translation>
    </message>
    <message>
      <source>Layers</source>
      <translation>各层</translation>
    </message>
    <message>
      <source>Layers: weights before (line) and after (filled)</source>
      <translation>各层权重：压缩前（线）与压缩后（填充）</translation>
    </message>
    <message>
      <source>Layout</source>
      <translation>布局</translation>
    </message>
    <message>
      <source>Learning curves</source>
      <translation>学习曲线</translation>
    </message>
    <message>
      <source>Learning curves by group</source>
      <translation>分组学习曲线</translation>
    </message>
    <message>
      <source>Learning curves of trial {number}</source>
      <translation>试验 {number} 的学习曲线</translation>
    </message>
    <message>
      <source>Leave {column} out</source>
      <translation>不使用 {column}</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>许可证</translation>
    </message>
    <message>
      <source>Light theme</source>
      <translation>浅色主题</translation>
    </message>
    <message>
      <source>Limit of loss</source>
      <translation>损失上限</translation>
    </message>
    <message>
      <source>Limits: what needs more is not trained</source>
      <translation>上限：超出者不训练</translation>
    </message>
    <message>
      <source>Linear</source>
      <translation>线性模型</translation>
    </message>
    <message>
      <source>Loaded in a clean process, the bundle gives the stored predictions on raw rows.</source>
      <translation>导出包已在全新进程中加载，对原始数据行给出的预测与存储的一致。</translation>
    </message>
    <message>
      <source>Log</source>
      <translation>日志</translation>
    </message>
    <message>
      <source>Logistic regression</source>
      <translation>逻辑回归</translation>
    </message>
    <message>
      <source>Looks at the holdout</source>
      <translation>查看留出集的次数</translation>
    </message>
    <message>
      <source>Loss (95%)</source>
      <translation>损失（95%）</translation>
    </message>
    <message>
      <source>Loss against the base</source>
      <translation>相对原网络的损失</translation>
    </message>
    <message>
      <source>MLP</source>
      <translation>MLP</translation>
    </message>
    <message>
      <source>Machine</source>
      <translation>本机</translation>
    </message>
    <message>
      <source>Majority class</source>
      <translation>多数类</translation>
    </message>
    <message>
      <source>Making the final model and scoring it on the holdout…</source>
      <translation>正在生成最终模型并在留出集上评分…</translation>
    </message>
    <message>
      <source>Mean</source>
      <translation>均值</translation>
    </message>
    <message>
      <source>Mean and spread over the trial's own folds.</source>
      <translation>在该试验自己的各折上的均值与离散程度。</translation>
    </message>
    <message>
      <source>Mean distance between what is predicted and what is true.</source>
      <translation>预测值与真实值之间距离的平均值。</translation>
    </message>
    <message>
      <source>Mean error</source>
      <translation>平均误差</translation>
    </message>
    <message>
      <source>Mean of what is predicted less what is true: above zero it predicts too much.</source>
      <translation>预测值减真实值的平均：大于零表示预测偏高。</translation>
    </message>
    <message>
      <source>Mean score over two params</source>
      <translation>两个参数上的平均得分</translation>
    </message>
    <message>
      <source>Mean {metric}, {ends}</source>
      <translation>{metric} 均值，{ends}</translation>
    </message>
    <message>
      <source>Measure</source>
      <translation>实测</translation>
    </message>
    <message>
      <source>Measure of the curves</source>
      <translation>曲线所用指标</translation>
    </message>
    <message>
      <source>Measured</source>
      <translation>测量时间</translation>
    </message>
    <message>
      <source>Measuring times…</source>
      <translation>正在测量耗时…</translation>
    </message>
    <message>
      <source>Median</source>
      <translation>中位数</translation>
    </message>
    <message>
      <source>Median time of ONNX Runtime on one thread; other runtimes are in the details.</source>
      <translation>ONNX Runtime 单线程的耗时中位数；其他运行时见详情。</translation>
    </message>
    <message>
      <source>Memory</source>
      <translation>内存</translation>
    </message>
    <message>
      <source>Metric</source>
      <translation>指标</translation>
    </message>
    <message>
      <source>Middle</source>
      <translation>中等</translation>
    </message>
    <message>
      <source>Milliseconds for one row</source>
      <translation>单行耗时（毫秒）</translation>
    </message>
    <message>
      <source>Missing</source>
      <translation>缺失</translation>
    </message>
    <message>
      <source>Mixed</source>
      <translation>混合</translation>
    </message>
    <message>
      <source>More of this chart</source>
      <translation>此图表的更多操作</translation>
    </message>
    <message>
      <source>More settings</source>
      <translation>更多设置</translation>
    </message>
    <message>
      <source>More than chance</source>
      <translation>高于偶然</translation>
    </message>
    <message>
      <source>More workers</source>
      <translation>增加工作进程</translation>
    </message>
    <message>
      <source>Move back</source>
      <translation>前移</translation>
    </message>
    <message>
      <source>Move on</source>
      <translation>后移</translation>
    </message>
    <message>
      <source>Multiclass classification</source>
      <translation>多分类</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名称</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>网络</translation>
    </message>
    <message>
      <source>New bundle</source>
      <translation>新建导出包</translation>
    </message>
    <message>
      <source>New name</source>
      <translation>新名称</translation>
    </message>
    <message>
      <source>New study</source>
      <translation>新建研究</translation>
    </message>
    <message>
      <source>Next control</source>
      <translation>下一个控件</translation>
    </message>
    <message>
      <source>No bundle of this study was written yet.</source>
      <translation>此研究尚未写出导出包。</translation>
    </message>
    <message>
      <source>No drift</source>
      <translation>无漂移</translation>
    </message>
    <message>
      <source>No gap between two groups is told apart from chance.</source>
      <translation>没有哪两个组之间的差距可与偶然区分开。</translation>
    </message>
    <message>
      <source>No gap is given: fewer than two groups have 30 rows.</source>
      <translation>未给出差距：达到 30 行的组不足两个。</translation>
    </message>
    <message>
      <source>No gap of R²: the target varies in fewer than two groups of 30 rows.</source>
      <translation>未给出 R² 的差距：达到 30 行且目标有变化的组不足两个。</translation>
    </message>
    <message>
      <source>No gap of {measures}: fewer than two groups have 30 rows to count it of.</source>
      <translation>未给出{measures}的差距：可供统计的行达到 30 行的组不足两个。</translation>
    </message>
    <message>
      <source>No groups of this study were audited yet</source>
      <translation>此研究尚未作过分组审计</translation>
    </message>
    <message>
      <source>No more than chance</source>
      <translation>不高于偶然</translation>
    </message>
    <message>
      <source>No network is ahead of {baseline}.</source>
      <translation>没有网络领先于{baseline}。</translation>
    </message>
    <message>
      <source>No network was trained; the best baseline is {baseline}, {score}.</source>
      <translation>没有训练出网络；最好的基线是{baseline}，{score}。</translation>
    </message>
    <message>
      <source>No sign of life</source>
      <translation>无响应</translation>
    </message>
    <message>
      <source>No study yet</source>
      <translation>还没有研究</translation>
    </message>
    <message>
      <source>No trial has a value of {columns}.</source>
      <translation>没有试验具有 {columns} 的值。</translation>
    </message>
    <message>
      <source>No trial is better in both</source>
      <translation>两方面都无更优的试验</translation>
    </message>
    <message>
      <source>No trial was completed yet.</source>
      <translation>尚无已完成的试验。</translation>
    </message>
    <message>
      <source>No trials yet</source>
      <translation>还没有试验</translation>
    </message>
    <message>
      <source>No variant is within the limit.</source>
      <translation>没有变体在上限之内。</translation>
    </message>
    <message>
      <source>No variants of this trial yet</source>
      <translation>该试验还没有变体</translation>
    </message>
    <message>
      <source>None</source>
      <translation>无</translation>
    </message>
    <message>
      <source>None chosen means all. Base and control are always measured, to compare with.</source>
      <translation>不选即为全部。原网络和对照总会测量，以供比较。</translation>
    </message>
    <message>
      <source>None is fitted for {metric}, which depends on no threshold.</source>
      <translation>{metric} 不取决于阈值，因此不作拟合。</translation>
    </message>
    <message>
      <source>None was fitted for this form; compress the trial again, or give a number.</source>
      <translation>此形式没有拟合过阈值；请重新压缩该试验，或自定数值。</translation>
    </message>
    <message>
      <source>None: accuracy only</source>
      <translation>无：只看准确率</translation>
    </message>
    <message>
      <source>Not on the front: another needs no more and scores as well.</source>
      <translation>不在前沿上：另有变体所需不更多，得分不更低。</translation>
    </message>
    <message>
      <source>Notes</source>
      <translation>备注</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>无结果</translation>
    </message>
    <message>
      <source>Nothing found. {why}</source>
      <translation>没有找到结果。{why}</translation>
    </message>
    <message>
      <source>Nothing is called so.</source>
      <translation>没有匹配的内容。</translation>
    </message>
    <message>
      <source>Nothing is running</source>
      <translation>没有正在运行的研究</translation>
    </message>
    <message>
      <source>Nothing to audit yet</source>
      <translation>还没有可审计的内容</translation>
    </message>
    <message>
      <source>Nothing to compress yet</source>
      <translation>还没有可压缩的网络</translation>
    </message>
    <message>
      <source>Nothing to draw yet</source>
      <translation>还没有可绘制的内容</translation>
    </message>
    <message>
      <source>Nothing to export yet</source>
      <translation>还没有可导出的内容</translation>
    </message>
    <message>
      <source>Nothing to predict with yet</source>
      <translation>还没有可用于预测的网络</translation>
    </message>
    <message>
      <source>Nothing to show yet</source>
      <translation>还没有可显示的内容</translation>
    </message>
    <message>
      <source>Nothing unusual was found.</source>
      <translation>未发现异常。</translation>
    </message>
    <message>
      <source>Nothing was recorded yet.</source>
      <translation>尚无记录。</translation>
    </message>
    <message>
      <source>Numeric</source>
      <translation>数值</translation>
    </message>
    <message>
      <source>Of the model, for its card; may stay empty</source>
      <translation>模型的许可证，写入模型卡；可留空</translation>
    </message>
    <message>
      <source>On the folds</source>
      <translation>各折上</translation>
    </message>
    <message>
      <source>On the front</source>
      <translation>位于前沿</translation>
    </message>
    <message>
      <source>On the front: no other needs less and scores as well.</source>
      <translation>位于前沿：没有其他变体所需更少而得分同样好。</translation>
    </message>
    <message>
      <source>On the holdout</source>
      <translation>留出集上</translation>
    </message>
    <message>
      <source>On {n} repeats of the folds trial {number} is the best: {score}</source>
      <translation>在折的 {n} 次重复上，试验 {number} 最佳：{score}</translation>
    </message>
    <message>
      <source>Once a study has a complete trial, its networks can be made smaller and faster here, and you see what that costs.</source>
      <translation>研究有了已完成的试验后，可在此把它的网络变小、变快，并看到代价是多少。</translation>
    </message>
    <message>
      <source>Once a study has a complete trial, you see here whether its networks treat groups of rows alike.</source>
      <translation>研究有了完成的试验后，可在此查看其网络是否同等对待各组的行。</translation>
    </message>
    <message>
      <source>One column</source>
      <translation>一列</translation>
    </message>
    <message>
      <source>One of these</source>
      <translation>其中之一</translation>
    </message>
    <message>
      <source>Only if</source>
      <translation>条件</translation>
    </message>
    <message>
      <source>Only what differs</source>
      <translation>仅显示不同之处</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>打开</translation>
    </message>
    <message>
      <source>Open a data file</source>
      <translation>打开数据文件</translation>
    </message>
    <message>
      <source>Open a folder of images or texts</source>
      <translation>打开图像或文本的文件夹</translation>
    </message>
    <message>
      <source>Open bundle…</source>
      <translation>打开导出包…</translation>
    </message>
    <message>
      <source>Open file…</source>
      <translation>打开文件…</translation>
    </message>
    <message>
      <source>Open folder</source>
      <translation>打开文件夹</translation>
    </message>
    <message>
      <source>Open folder…</source>
      <translation>打开文件夹…</translation>
    </message>
    <message>
      <source>Optimization history</source>
      <translation>优化历史</translation>
    </message>
    <message>
      <source>Optimization history over time</source>
      <translation>随时间的优化历史</translation>
    </message>
    <message>
      <source>Or try a sample:</source>
      <translation>或试用示例数据：</translation>
    </message>
    <message>
      <source>Other than the best (in brackets):</source>
      <translation>与最佳试验不同之处（括号内为最佳）：</translation>
    </message>
    <message>
      <source>Other…</source>
      <translation>其他…</translation>
    </message>
    <message>
      <source>Out of memory</source>
      <translation>内存不足</translation>
    </message>
    <message>
      <source>Over {n} repeats</source>
      <translation>{n} 次重复</translation>
    </message>
    <message>
      <source>Overview</source>
      <translation>概览</translation>
    </message>
    <message>
      <source>Parallel coordinates</source>
      <translation>平行坐标</translation>
    </message>
    <message>
      <source>Param</source>
      <translation>超参数</translation>
    </message>
    <message>
      <source>Param to the right</source>
      <translation>横轴参数</translation>
    </message>
    <message>
      <source>Param upwards</source>
      <translation>纵轴参数</translation>
    </message>
    <message>
      <source>Parameters</source>
      <translation>参数量</translation>
    </message>
    <message>
      <source>Parameters of a network</source>
      <translation>网络参数量</translation>
    </message>
    <message>
      <source>Params</source>
      <translation>超参数</translation>
    </message>
    <message>
      <source>Passed</source>
      <translation>通过</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>暂停</translation>
    </message>
    <message>
      <source>Paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>Pausing</source>
      <translation>正在暂停</translation>
    </message>
    <message>
      <source>Peak memory</source>
      <translation>内存峰值</translation>
    </message>
    <message>
      <source>Pin</source>
      <translation>置顶</translation>
    </message>
    <message>
      <source>Plain</source>
      <translation>普通 K 折</translation>
    </message>
    <message>
      <source>Positive class</source>
      <translation>正类</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>精确率</translation>
    </message>
    <message>
      <source>Predict</source>
      <translation>预测目标</translation>
    </message>
    <message>
      <source>Predict rows</source>
      <translation>开始预测</translation>
    </message>
    <message>
      <source>Predict rows with a bundle</source>
      <translation>用导出包预测</translation>
    </message>
    <message>
      <source>Predicting the holdout…</source>
      <translation>正在预测留出集…</translation>
    </message>
    <message>
      <source>Predicting the rows of {file}…</source>
      <translation>正在预测 {file} 的各行…</translation>
    </message>
    <message>
      <source>Predicting was cancelled; no file was written.</source>
      <translation>预测已取消，没有写入文件。</translation>
    </message>
    <message>
      <source>Prediction</source>
      <translation>预测</translation>
    </message>
    <message>
      <source>Predictions</source>
      <translation>预测</translation>
    </message>
    <message>
      <source>Probability</source>
      <translation>概率</translation>
    </message>
    <message>
      <source>Processor</source>
      <translation>处理器</translation>
    </message>
    <message>
      <source>Pruned</source>
      <translation>已剪枝</translation>
    </message>
    <message>
      <source>Quantize</source>
      <translation>量化</translation>
    </message>
    <message>
      <source>Quasi-Monte Carlo</source>
      <translation>准蒙特卡洛</translation>
    </message>
    <message>
      <source>Queued</source>
      <translation>排队中</translation>
    </message>
    <message>
      <source>Random</source>
      <translation>随机</translation>
    </message>
    <message>
      <source>Rank</source>
      <translation>排名</translation>
    </message>
    <message>
      <source>Rank of the score over two params</source>
      <translation>两个参数上的得分排名</translation>
    </message>
    <message>
      <source>Rates of</source>
      <translation>针对类别</translation>
    </message>
    <message>
      <source>Read everything again</source>
      <translation>重新读取全部</translation>
    </message>
    <message>
      <source>Reading the data and drawing the folds…</source>
      <translation>正在读取数据并划分折…</translation>
    </message>
    <message>
      <source>Reading the data…</source>
      <translation>正在读取数据…</translation>
    </message>
    <message>
      <source>Reading the rows…</source>
      <translation>正在读取数据行…</translation>
    </message>
    <message>
      <source>RealMLP</source>
      <translation>RealMLP</translation>
    </message>
    <message>
      <source>Recall</source>
      <translation>召回率</translation>
    </message>
    <message>
      <source>Regression</source>
      <translation>回归</translation>
    </message>
    <message>
      <source>Remove from the page</source>
      <translation>从页面移除</translation>
    </message>
    <message>
      <source>Remove units</source>
      <translation>移除单元</translation>
    </message>
    <message>
      <source>Removed {chart}</source>
      <translation>已移除“{chart}”</translation>
    </message>
    <message>
      <source>Rename</source>
      <translation>重命名</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>报告</translation>
    </message>
    <message>
      <source>Report ({n})</source>
      <translation>报告（{n}）</translation>
    </message>
    <message>
      <source>Rerun the best with {n} other seeds</source>
      <translation>用 {n} 个其他随机种子重跑最佳试验</translation>
    </message>
    <message>
      <source>Rerun with {n} other seeds</source>
      <translation>换 {n} 个随机种子重跑</translation>
    </message>
    <message>
      <source>ResNet</source>
      <translation>ResNet</translation>
    </message>
    <message>
      <source>Restore</source>
      <translation>还原</translation>
    </message>
    <message>
      <source>Restored 1 trial</source>
      <translation>已恢复 1 个试验</translation>
    </message>
    <message>
      <source>Restored {name}</source>
      <translation>已还原“{name}”</translation>
    </message>
    <message>
      <source>Restored {n} trials</source>
      <translation>已恢复 {n} 个试验</translation>
    </message>
    <message>
      <source>Result</source>
      <translation>结果</translation>
    </message>
    <message>
      <source>Resume</source>
      <translation>继续</translation>
    </message>
    <message>
      <source>Role</source>
      <translation>角色</translation>
    </message>
    <message>
      <source>Row</source>
      <translation>行</translation>
    </message>
    <message>
      <source>Rows</source>
      <translation>行数</translation>
    </message>
    <message>
      <source>Rows compared</source>
      <translation>比对行数</translation>
    </message>
    <message>
      <source>Rows of the training file, as bytes</source>
      <translation>训练文件的原始行</translation>
    </message>
    <message>
      <source>Rows that no trial of the search had seen.</source>
      <translation>搜索中任何试验都未见过的行。</translation>
    </message>
    <message>
      <source>Ruled out</source>
      <translation>已排除</translation>
    </message>
    <message>
      <source>Run</source>
      <translation>运行</translation>
    </message>
    <message>
      <source>Running</source>
      <translation>运行中</translation>
    </message>
    <message>
      <source>Running now</source>
      <translation>正在运行</translation>
    </message>
    <message>
      <source>Running the baselines and the first trial…</source>
      <translation>正在运行基线和第一次试验…</translation>
    </message>
    <message>
      <source>Runtimes, one thread</source>
      <translation>运行时（单线程）</translation>
    </message>
    <message>
      <source>Said above it</source>
      <translation>高于它时判为</translation>
    </message>
    <message>
      <source>Said share</source>
      <translation>判为占比</translation>
    </message>
    <message>
      <source>Save as</source>
      <translation>保存为</translation>
    </message>
    <message>
      <source>Save as PNG, SVG or CSV</source>
      <translation>保存为 PNG、SVG 或 CSV</translation>
    </message>
    <message>
      <source>Save the chart</source>
      <translation>保存图表</translation>
    </message>
    <message>
      <source>Save the table</source>
      <translation>保存表格</translation>
    </message>
    <message>
      <source>Save the table as CSV, JSON or Parquet…</source>
      <translation>将表格保存为 CSV、JSON 或 Parquet…</translation>
    </message>
    <message>
      <source>Saved {file}</source>
      <translation>已保存 {file}</translation>
    </message>
    <message>
      <source>Say first whether the rows are independent.</source>
      <translation>请先说明各行是否相互独立。</translation>
    </message>
    <message>
      <source>Say first whether {column} is known when predicting.</source>
      <translation>请先说明预测时是否已知 {column}。</translation>
    </message>
    <message>
      <source>Say where the predictions are to be saved.</source>
      <translation>请指定预测结果的保存位置。</translation>
    </message>
    <message>
      <source>Score</source>
      <translation>得分</translation>
    </message>
    <message>
      <source>Score against</source>
      <translation>得分对比</translation>
    </message>
    <message>
      <source>Score against size and time</source>
      <translation>得分与大小、耗时</translation>
    </message>
    <message>
      <source>Scored in an older way</source>
      <translation>以旧方式评分</translation>
    </message>
    <message>
      <source>Scores against what networks cost</source>
      <translation>得分与网络开销</translation>
    </message>
    <message>
      <source>Scores along a param</source>
      <translation>得分随参数的变化</translation>
    </message>
    <message>
      <source>Scores by epoch</source>
      <translation>各轮次得分</translation>
    </message>
    <message>
      <source>Scores by trial and fold</source>
      <translation>各试验各折得分</translation>
    </message>
    <message>
      <source>Scores of the folds</source>
      <translation>各折得分</translation>
    </message>
    <message>
      <source>Scoring each layer…</source>
      <translation>正在逐层评分…</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>搜索</translation>
    </message>
    <message>
      <source>Search for, minutes</source>
      <translation>搜索时长（分钟）</translation>
    </message>
    <message>
      <source>Search space</source>
      <translation>搜索空间</translation>
    </message>
    <message>
      <source>Search space as TOML</source>
      <translation>TOML 格式的搜索空间</translation>
    </message>
    <message>
      <source>Searches among units removed, number formats, training with rounding and distillation, under the limits, and measures the best of what it finds.</source>
      <translation>在上限之内搜索剪除单元、数值格式、带舍入的训练与蒸馏的组合，并测量其中最好的。</translation>
    </message>
    <message>
      <source>Seed of training</source>
      <translation>训练的随机种子</translation>
    </message>
    <message>
      <source>Select a trial first.</source>
      <translation>请先选择试验。</translation>
    </message>
    <message>
      <source>Select a variant to see what it costs and gains.</source>
      <translation>选择一个变体，查看其代价与收益。</translation>
    </message>
    <message>
      <source>Select one trial first.</source>
      <translation>请先选择一个试验。</translation>
    </message>
    <message>
      <source>Select several trials to compare</source>
      <translation>选择多次试验进行比较</translation>
    </message>
    <message>
      <source>Select {least} to {most} studies of the same data first.</source>
      <translation>请先选择 {least} 到 {most} 个使用相同数据的研究。</translation>
    </message>
    <message>
      <source>Selected</source>
      <translation>已选</translation>
    </message>
    <message>
      <source>Share of the other rows that the model calls {label} all the same.</source>
      <translation>其余的行中仍被模型判为{label}的比例。</translation>
    </message>
    <message>
      <source>Share of the rows called {label} that are.</source>
      <translation>被判为{label}的行中确实如此的比例。</translation>
    </message>
    <message>
      <source>Share of the rows that are {label} in truth: of the data, not of the model.</source>
      <translation>真实为{label}的行所占比例：数据本身的情况，与模型无关。</translation>
    </message>
    <message>
      <source>Share of the rows that the model calls {label}.</source>
      <translation>被模型判为{label}的行所占比例。</translation>
    </message>
    <message>
      <source>Share of the rows where the model is right.</source>
      <translation>模型判断正确的行所占比例。</translation>
    </message>
    <message>
      <source>Share of the true {label} rows that the model finds.</source>
      <translation>真实为{label}的行中被模型找出的比例。</translation>
    </message>
    <message>
      <source>Share of trials as good, or better</source>
      <translation>不差于此的试验占比</translation>
    </message>
    <message>
      <source>Share of what tells the best trials from all {n}</source>
      <translation>在区分最佳试验与全部 {n} 个试验中的占比</translation>
    </message>
    <message>
      <source>Share that is beaten</source>
      <translation>被超越的占比</translation>
    </message>
    <message>
      <source>Shortcuts</source>
      <translation>快捷键</translation>
    </message>
    <message>
      <source>Show this chart alone, or all again</source>
      <translation>只显示此图表，或恢复全部</translation>
    </message>
    <message>
      <source>Show trials outside this range again</source>
      <translation>重新显示此范围之外的试验</translation>
    </message>
    <message>
      <source>Shows by which params the best tenth of the trials differs from all, and how much of that chance alone gives: the same scores, dealt to the trials at random.</source>
      <translation>显示最好的十分之一试验在哪些参数上与全部试验不同，以及仅凭偶然会有多大：把同样的得分随机分给各试验。</translation>
    </message>
    <message>
      <source>Shows how busy the workers were, and which trials took long or ended early.</source>
      <translation>显示工作进程的繁忙程度，以及哪些试验耗时长或提前结束。</translation>
    </message>
    <message>
      <source>Shows how fast families or settings learn: the median of their trials, and the middle half of them.</source>
      <translation>显示各模型族或设置的学习速度：其试验的中位数及中间一半。</translation>
    </message>
    <message>
      <source>Shows how many trials reach which score, and whether one family or setting does so more often.</source>
      <translation>显示有多少试验达到某得分，以及某一模型族或设置是否更常达到。</translation>
    </message>
    <message>
      <source>Shows how trials learn, and whether those that were pruned early were behind for good.</source>
      <translation>显示试验如何学习，以及被提前剪枝的试验是否确实落后。</translation>
    </message>
    <message>
      <source>Shows how two columns of the trials go together, and how a third goes with them.</source>
      <translation>显示试验的两列如何相关，以及第三列与它们的关系。</translation>
    </message>
    <message>
      <source>Shows the mean score of trials that are alike in two params: where it is worth to search on.</source>
      <translation>显示两个参数相近的试验的平均得分：哪里值得继续搜索。</translation>
    </message>
    <message>
      <source>Shows what a better score costs in size or time, and the trials beyond which nothing is gained.</source>
      <translation>显示更高的得分要付出多少大小或时间，以及再往上已无收益的试验。</translation>
    </message>
    <message>
      <source>Shows where in its range a param does well, and whether the best trials are at an end of it.</source>
      <translation>显示参数在其范围内何处表现好，以及最佳试验是否位于边缘。</translation>
    </message>
    <message>
      <source>Shows whether the search still finds networks that are better or smaller than any before.</source>
      <translation>显示搜索是否仍能找到比以往更好或更小的网络。</translation>
    </message>
    <message>
      <source>Shows whether the search still gets better, and how far it is ahead of the baselines.</source>
      <translation>显示搜索是否仍在变好，以及领先基线多少。</translation>
    </message>
    <message>
      <source>Shows which combinations of two params rank high, however the scores are spread.</source>
      <translation>显示两个参数的哪些组合排名靠前，与得分的分布无关。</translation>
    </message>
    <message>
      <source>Shows which combinations the best trials share; drag along an axis to see those alone.</source>
      <translation>显示最佳试验共有的组合；沿坐标轴拖动可只看这些试验。</translation>
    </message>
    <message>
      <source>Shows which folds are hard for all, and which trials owe their mean to one lucky fold.</source>
      <translation>显示哪些折对所有试验都难，以及哪些试验的均值得益于某个幸运的折。</translation>
    </message>
    <message>
      <source>Shows which part of the space fails or is ruled out, so that it can be left out.</source>
      <translation>显示空间的哪一部分会失败或被排除，以便将其略去。</translation>
    </message>
    <message>
      <source>Since you looked, {when}: 1 trial more.</source>
      <translation>自你上次查看（{when}）以来：新增 1 个试验。</translation>
    </message>
    <message>
      <source>Since you looked, {when}: {n} trials more.</source>
      <translation>自你上次查看（{when}）以来：新增 {n} 个试验。</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>大小</translation>
    </message>
    <message>
      <source>Skip</source>
      <translation>跳过</translation>
    </message>
    <message>
      <source>Skip this trial</source>
      <translation>跳过此试验</translation>
    </message>
    <message>
      <source>Skip trial</source>
      <translation>跳过试验</translation>
    </message>
    <message>
      <source>Skipped</source>
      <translation>已跳过</translation>
    </message>
    <message>
      <source>Slice</source>
      <translation>切片</translation>
    </message>
    <message>
      <source>Smallest</source>
      <translation>最小</translation>
    </message>
    <message>
      <source>So far no network is ahead of {baseline}; nothing is decided yet.</source>
      <translation>到目前为止没有网络领先于{baseline}；尚无定论。</translation>
    </message>
    <message>
      <source>So far the best network is ahead of {baseline}; nothing is decided yet.</source>
      <translation>到目前为止最佳网络领先于{baseline}；尚无定论。</translation>
    </message>
    <message>
      <source>Some drift</source>
      <translation>有些漂移</translation>
    </message>
    <message>
      <source>Sparse</source>
      <translation>稀疏</translation>
    </message>
    <message>
      <source>Sparsify</source>
      <translation>稀疏化</translation>
    </message>
    <message>
      <source>Start</source>
      <translation>开始</translation>
    </message>
    <message>
      <source>Start a study; each set of params that it tries becomes a row here.</source>
      <translation>启动一项研究；它尝试的每组超参数都会成为这里的一行。</translation>
    </message>
    <message>
      <source>Start a study; its progress shows here, also after the window was closed.</source>
      <translation>启动一项研究，其进度会显示在这里，即使窗口曾被关闭。</translation>
    </message>
    <message>
      <source>Start a study; its trials are drawn here as they come.</source>
      <translation>启动一个研究；其试验完成后会陆续绘制在这里。</translation>
    </message>
    <message>
      <source>Start from</source>
      <translation>起点</translation>
    </message>
    <message>
      <source>Start search</source>
      <translation>开始搜索</translation>
    </message>
    <message>
      <source>Started</source>
      <translation>已开始</translation>
    </message>
    <message>
      <source>Starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>Starting the worker processes, which import TensorFlow…</source>
      <translation>正在启动工作进程，它们要导入 TensorFlow…</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
    <message>
      <source>Stopped</source>
      <translation>已停止</translation>
    </message>
    <message>
      <source>Stopping</source>
      <translation>正在停止</translation>
    </message>
    <message>
      <source>Stores each layer alone in 4 bits, tells what that costs, and finds the layers that have to stay floats for the limit of loss.</source>
      <translation>逐层单独以 4 位存储并给出代价，再找出为满足损失上限而必须保留浮点的层。</translation>
    </message>
    <message>
      <source>Stratified</source>
      <translation>分层 K 折</translation>
    </message>
    <message>
      <source>Strong drift</source>
      <translation>强烈漂移</translation>
    </message>
    <message>
      <source>Structured</source>
      <translation>结构化</translation>
    </message>
    <message>
      <source>Studies</source>
      <translation>研究</translation>
    </message>
    <message>
      <source>Studies side by side</source>
      <translation>研究并排比较</translation>
    </message>
    <message>
      <source>Study</source>
      <translation>研究</translation>
    </message>
    <message>
      <source>Study in view: {name}</source>
      <translation>当前研究：{name}</translation>
    </message>
    <message>
      <source>System theme</source>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>TF-IDF, linear</source>
      <translation>TF-IDF 线性</translation>
    </message>
    <message>
      <source>TabM</source>
      <translation>TabM</translation>
    </message>
    <message>
      <source>Table</source>
      <translation>表格</translation>
    </message>
    <message>
      <source>Tables and images (*.csv *.tsv *.txt *.json *.jsonl *.ndjson *.arff *.parquet *.zip *.npz *.gz *.bz2 *.xz *.zst);;All files (*)</source>
      <translation>表格和图像 (*.csv *.tsv *.txt *.json *.jsonl *.ndjson *.arff *.parquet *.zip *.npz *.gz *.bz2 *.xz *.zst);;所有文件 (*)</translation>
    </message>
    <message>
      <source>Tags, separated by commas</source>
      <translation>标签，以逗号分隔</translation>
    </message>
    <message>
      <source>Target</source>
      <translation>目标</translation>
    </message>
    <message>
      <source>Target labels: {shares}</source>
      <translation>目标类别占比：{shares}</translation>
    </message>
    <message>
      <source>Text</source>
      <translation>文本</translation>
    </message>
    <message>
      <source>Text (TOML)</source>
      <translation>文本（TOML）</translation>
    </message>
    <message>
      <source>TextCNN</source>
      <translation>TextCNN</translation>
    </message>
    <message>
      <source>Texts</source>
      <translation>文本</translation>
    </message>
    <message>
      <source>That is no measurable gain.</source>
      <translation>没有可测得的提升。</translation>
    </message>
    <message>
      <source>That may be chance.</source>
      <translation>可能出于偶然。</translation>
    </message>
    <message>
      <source>The audit was cancelled; nothing of it was kept.</source>
      <translation>审计已取消，没有保留任何结果。</translation>
    </message>
    <message>
      <source>The best is still {trial}: {score}.</source>
      <translation>最佳仍是 {trial}：{score}。</translation>
    </message>
    <message>
      <source>The best is {trial} now: {score}; it was {before}.</source>
      <translation>现在最佳是 {trial}：{score}；之前为 {before}。</translation>
    </message>
    <message>
      <source>The best is {trial}: {score}.</source>
      <translation>最佳是 {trial}：{score}。</translation>
    </message>
    <message>
      <source>The best network is ahead of {baseline}; whether by more than chance was not judged.</source>
      <translation>最好的网络领先于{baseline}；是否超出偶然，未作判断。</translation>
    </message>
    <message>
      <source>The best trial</source>
      <translation>最佳试验</translation>
    </message>
    <message>
      <source>The best trials of an earlier study on the same data are tried first</source>
      <translation>先尝试同一数据上先前研究的最佳试验</translation>
    </message>
    <message>
      <source>The best: trial {number}</source>
      <translation>最佳：试验 {number}</translation>
    </message>
    <message>
      <source>The bundle is being written and checked.</source>
      <translation>正在写出并检验导出包。</translation>
    </message>
    <message>
      <source>The bundle is written.</source>
      <translation>导出包已写出。</translation>
    </message>
    <message>
      <source>The class that shares, recall, false positives and precision are counted of.</source>
      <translation>占比、召回率、假阳性率和精确率所针对的类别。</translation>
    </message>
    <message>
      <source>The data of this study has no column that makes groups.</source>
      <translation>此研究的数据没有可用于分组的列。</translation>
    </message>
    <message>
      <source>The engine of this study is not running; resume to go on where it stopped.</source>
      <translation>此研究的引擎没有在运行；点击“继续”可从中断处接着搜索。</translation>
    </message>
    <message>
      <source>The final network of the study</source>
      <translation>研究的最终网络</translation>
    </message>
    <message>
      <source>The final network of the study (best: trial {number})</source>
      <translation>研究的最终网络（最佳：试验 {number}）</translation>
    </message>
    <message>
      <source>The first file takes a few seconds: the engine is being started.</source>
      <translation>首次打开文件需要几秒钟：引擎正在启动。</translation>
    </message>
    <message>
      <source>The first predictions will be shown here; all of them go into the file.</source>
      <translation>最前面的预测会显示在这里；全部预测都写入文件。</translation>
    </message>
    <message>
      <source>The first trial against the others</source>
      <translation>第一个试验与其他试验的比较</translation>
    </message>
    <message>
      <source>The first {n} of {all} selected trials side by side</source>
      <translation>并排比较所选 {all} 个试验中的前 {n} 个</translation>
    </message>
    <message>
      <source>The folds were kept all the same.</source>
      <translation>仍然保留了这些折。</translation>
    </message>
    <message>
      <source>The limit of loss must be zero or more.</source>
      <translation>损失上限必须大于或等于零。</translation>
    </message>
    <message>
      <source>The network alone; the model.onnx of a bundle has the preprocessing of its raw rows as well.</source>
      <translation>仅网络本身；部署包中的 model.onnx 还包含对原始行的预处理。</translation>
    </message>
    <message>
      <source>The networks as they were trained, or one of their compressed forms.</source>
      <translation>训练所得的网络，或其某个压缩形式。</translation>
    </message>
    <message>
      <source>The next trials are being prepared.</source>
      <translation>正在准备下一批试验。</translation>
    </message>
    <message>
      <source>The one of two classes that f1, precision, recall and average precision are of</source>
      <translation>两个类别中，f1、precision、recall 和 average precision 所针对的那一类</translation>
    </message>
    <message>
      <source>The package {package} is not installed.</source>
      <translation>未安装软件包 {package}。</translation>
    </message>
    <message>
      <source>The rows are independent: keep the folds</source>
      <translation>各行相互独立：保留现有折</translation>
    </message>
    <message>
      <source>The search has been started.</source>
      <translation>搜索已开始。</translation>
    </message>
    <message>
      <source>The search has replaced these networks since then; audit again for the new ones.</source>
      <translation>此后搜索已替换这些网络；请重新审计以了解新的网络。</translation>
    </message>
    <message>
      <source>The second class</source>
      <translation>第二类</translation>
    </message>
    <message>
      <source>The second class above {value}. On rows that the fit has not seen: {mean} {metric} ({low} … {high}).</source>
      <translation>概率高于 {value} 时判为第二类。在拟合未见过的行上：{metric} {mean}（{low} … {high}）。</translation>
    </message>
    <message>
      <source>The second class is said above it.</source>
      <translation>概率高于该值时判为第二类。</translation>
    </message>
    <message>
      <source>The smallest within the limit: {variant}</source>
      <translation>上限之内最小的：{variant}</translation>
    </message>
    <message>
      <source>The study needs a name.</source>
      <translation>请填写研究名称。</translation>
    </message>
    <message>
      <source>The target column</source>
      <translation>目标列</translation>
    </message>
    <message>
      <source>The task's usual one</source>
      <translation>该任务的常用指标</translation>
    </message>
    <message>
      <source>The threshold must be more than 0 and less than 1.</source>
      <translation>阈值必须大于 0 且小于 1。</translation>
    </message>
    <message>
      <source>The trial ends after this epoch.</source>
      <translation>该试验将在本轮结束后停止。</translation>
    </message>
    <message>
      <source>The trial's networks as they are.</source>
      <translation>该试验的网络，未作改动。</translation>
    </message>
    <message>
      <source>The usual layout</source>
      <translation>默认布局</translation>
    </message>
    <message>
      <source>The usual view</source>
      <translation>默认视图</translation>
    </message>
    <message>
      <source>There is no baseline to compare with.</source>
      <translation>没有可供比较的基线。</translation>
    </message>
    <message>
      <source>There is no study in view; choose one first.</source>
      <translation>当前没有研究；请先选择一个。</translation>
    </message>
    <message>
      <source>There is no trial in the table.</source>
      <translation>表格中没有试验。</translation>
    </message>
    <message>
      <source>These folds are being looked at…</source>
      <translation>正在检查这些折……</translation>
    </message>
    <message>
      <source>These layers stay floats: {layers}.</source>
      <translation>以下各层保留浮点：{layers}。</translation>
    </message>
    <message>
      <source>This study has no network yet that could be exported; give it more time or trials.</source>
      <translation>此研究还没有可以导出的网络；请给它更多时间或试验。</translation>
    </message>
    <message>
      <source>Three columns</source>
      <translation>三列</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>阈值</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>时间</translation>
    </message>
    <message>
      <source>Time order</source>
      <translation>时间顺序</translation>
    </message>
    <message>
      <source>Time since start</source>
      <translation>距开始的时间</translation>
    </message>
    <message>
      <source>Timeline</source>
      <translation>时间线</translation>
    </message>
    <message>
      <source>Times as many epochs</source>
      <translation>轮数的倍数</translation>
    </message>
    <message>
      <source>Times as many epochs, up to {most:g}</source>
      <translation>轮数的倍数，最多 {most:g}</translation>
    </message>
    <message>
      <source>To the right</source>
      <translation>横轴</translation>
    </message>
    <message>
      <source>Together where found</source>
      <translation>发现时放在一起</translation>
    </message>
    <message>
      <source>Train {times:g} times as long</source>
      <translation>训练 {times:g} 倍的时间</translation>
    </message>
    <message>
      <source>Trained as</source>
      <translation>量化训练</translation>
    </message>
    <message>
      <source>Trained on for as many epochs as the others, and nothing else.</source>
      <translation>与其他变体继续训练同样多的轮数，除此之外不作改动。</translation>
    </message>
    <message>
      <source>Trained on the same folds, never given up early, and judged with the other trials.</source>
      <translation>在相同的折上训练，不会提前放弃，并与其他试验一起评判。</translation>
    </message>
    <message>
      <source>Training</source>
      <translation>训练</translation>
    </message>
    <message>
      <source>Training the networks on…</source>
      <translation>正在继续训练网络…</translation>
    </message>
    <message>
      <source>Trains a few networks of the space for seconds, to tell time and memory.</source>
      <translation>用搜索空间中的几个网络试训几秒钟，以估计时间和内存。</translation>
    </message>
    <message>
      <source>Transformer</source>
      <translation>Transformer 编码器</translation>
    </message>
    <message>
      <source>Trial</source>
      <translation>试验</translation>
    </message>
    <message>
      <source>Trial {number}</source>
      <translation>试验 {number}</translation>
    </message>
    <message>
      <source>Trial {number} is not complete.</source>
      <translation>试验 {number} 尚未完成。</translation>
    </message>
    <message>
      <source>Trial {number} is the best so far: {score}</source>
      <translation>试验 {number} 目前最佳：{score}</translation>
    </message>
    <message>
      <source>Trial {number} · {score}</source>
      <translation>试验 {number} · {score}</translation>
    </message>
    <message>
      <source>Trial {number}, which you asked for: {score}</source>
      <translation>你请求的试验 {number}：{score}</translation>
    </message>
    <message>
      <source>Trial, the best on top</source>
      <translation>试验（最佳在上）</translation>
    </message>
    <message>
      <source>Trials</source>
      <translation>试验</translation>
    </message>
    <message>
      <source>Trials side by side</source>
      <translation>试验并排比较</translation>
    </message>
    <message>
      <source>Trials that no other one beats in the score without being larger</source>
      <translation>没有其他试验能在不更大的情况下分数更好</translation>
    </message>
    <message>
      <source>Trials, the more the stronger</source>
      <translation>试验（越多颜色越强）</translation>
    </message>
    <message>
      <source>True share</source>
      <translation>真实占比</translation>
    </message>
    <message>
      <source>Trying candidates…</source>
      <translation>正在尝试候选…</translation>
    </message>
    <message>
      <source>Two columns</source>
      <translation>两列</translation>
    </message>
    <message>
      <source>Two of every four weights were set to zero while it was trained on.</source>
      <translation>继续训练时，每四个权重中有两个被置为零。</translation>
    </message>
    <message>
      <source>Type what to do or where to go: a page, a study, t 12 for a trial</source>
      <translation>输入要做的事或要去的地方：页面、研究，t 12 表示试验</translation>
    </message>
    <message>
      <source>Understand</source>
      <translation>理解</translation>
    </message>
    <message>
      <source>Understand: groups</source>
      <translation>理解：分组</translation>
    </message>
    <message>
      <source>Undo</source>
      <translation>撤销</translation>
    </message>
    <message>
      <source>Unpin</source>
      <translation>取消置顶</translation>
    </message>
    <message>
      <source>Up to {n} trials fit the budget.</source>
      <translation>预算内最多可完成 {n} 次试验。</translation>
    </message>
    <message>
      <source>Upwards</source>
      <translation>纵轴</translation>
    </message>
    <message>
      <source>Use folds in the order of the file, with a gap of {n} rows</source>
      <translation>改用按文件顺序的折，间隔 {n} 行</translation>
    </message>
    <message>
      <source>Use folds in the order of {column}, with a gap of {n} rows</source>
      <translation>改用按 {column} 顺序的折，间隔 {n} 行</translation>
    </message>
    <message>
      <source>Usual starts only</source>
      <translation>仅用通常的起点</translation>
    </message>
    <message>
      <source>Usual: {metric}</source>
      <translation>常用：{metric}</translation>
    </message>
    <message>
      <source>VGG</source>
      <translation>VGG</translation>
    </message>
    <message>
      <source>Validation</source>
      <translation>验证</translation>
    </message>
    <message>
      <source>Values</source>
      <translation>取值</translation>
    </message>
    <message>
      <source>Variant</source>
      <translation>变体</translation>
    </message>
    <message>
      <source>Variants</source>
      <translation>变体</translation>
    </message>
    <message>
      <source>Variants measured: {n}</source>
      <translation>已测量的变体：{n}</translation>
    </message>
    <message>
      <source>Verdict</source>
      <translation>判断</translation>
    </message>
    <message>
      <source>View</source>
      <translation>视图</translation>
    </message>
    <message>
      <source>Views of the data</source>
      <translation>数据视图</translation>
    </message>
    <message>
      <source>Waiting</source>
      <translation>等待中</translation>
    </message>
    <message>
      <source>Waiting for another study of this workspace to end.</source>
      <translation>等待此工作区的另一个研究结束。</translation>
    </message>
    <message>
      <source>Waiting for its turn…</source>
      <translation>正在排队…</translation>
    </message>
    <message>
      <source>Weights and activations have 8 bits, by the ranges seen on rows of the training data.</source>
      <translation>权重和激活值均为 8 位，取值范围由训练数据的行测得。</translation>
    </message>
    <message>
      <source>Weights are floats of 16 bits.</source>
      <translation>权重为 16 位浮点数。</translation>
    </message>
    <message>
      <source>Weights have 4 bits in the file, and are floats while it runs.</source>
      <translation>权重在文件中为 4 位，运行时为浮点数。</translation>
    </message>
    <message>
      <source>Weights have 8 bits and activations 16, by the ranges seen on rows of the training data.</source>
      <translation>权重为 8 位、激活值为 16 位，范围取自训练数据的行。</translation>
    </message>
    <message>
      <source>Weights have 8 bits; activations are quantized while it runs.</source>
      <translation>权重为 8 位；激活值在运行时量化。</translation>
    </message>
    <message>
      <source>What</source>
      <translation>方式</translation>
    </message>
    <message>
      <source>What chance gives, 95 times of 100 less</source>
      <translation>偶然的水平（100 次中有 95 次低于它）</translation>
    </message>
    <message>
      <source>What colours show</source>
      <translation>颜色含义</translation>
    </message>
    <message>
      <source>What deleting it would free: what no other study needs</source>
      <translation>删除它会释放的空间：没有其他研究需要的部分</translation>
    </message>
    <message>
      <source>What it loses on the same folds, with the 95% interval: against the control where it was trained on, else against the base.</source>
      <translation>在相同的折上损失多少，附 95% 区间：继续训练过的与对照比较，否则与原网络比较。</translation>
    </message>
    <message>
      <source>What networks take the columns for; automatic decides it from the columns</source>
      <translation>网络把各列当作什么；自动则由各列决定</translation>
    </message>
    <message>
      <source>What the program said when the trial failed, for whoever looks after it</source>
      <translation>试验失败时程序的输出，供维护者查看</translation>
    </message>
    <message>
      <source>What training on alone does.</source>
      <translation>仅继续训练的效果。</translation>
    </message>
    <message>
      <source>What trials are judged by</source>
      <translation>评判试验的依据</translation>
    </message>
    <message>
      <source>What you are ready to lose, in units of the metric; the verdicts follow it at once.</source>
      <translation>您愿意损失多少，以指标的单位计；结论会随之立即更新。</translation>
    </message>
    <message>
      <source>When trials ran</source>
      <translation>试验运行时间</translation>
    </message>
    <message>
      <source>Which params matter (PED-ANOVA)</source>
      <translation>哪些参数重要（PED-ANOVA）</translation>
    </message>
    <message>
      <source>Widest gap · {gap}</source>
      <translation>最大差距 · {gap}</translation>
    </message>
    <message>
      <source>Wilcoxon over folds</source>
      <translation>跨折 Wilcoxon 检验</translation>
    </message>
    <message>
      <source>Wine</source>
      <translation>葡萄酒</translation>
    </message>
    <message>
      <source>Worker died</source>
      <translation>工作进程异常终止</translation>
    </message>
    <message>
      <source>Write bundle</source>
      <translation>写出导出包</translation>
    </message>
    <message>
      <source>Writing and checking the bundle…</source>
      <translation>正在写出并检验导出包…</translation>
    </message>
    <message>
      <source>Written</source>
      <translation>写出时间</translation>
    </message>
    <message>
      <source>Wrote 1 trial to {file}</source>
      <translation>已将 1 个试验写入 {file}</translation>
    </message>
    <message>
      <source>Wrote {n} trials to {file}</source>
      <translation>已将 {n} 个试验写入 {file}</translation>
    </message>
    <message>
      <source>Zeros</source>
      <translation>零值比例</translation>
    </message>
    <message>
      <source>Zipped</source>
      <translation>压缩包</translation>
    </message>
    <message>
      <source>Zipped, {unit}</source>
      <translation>压缩包，{unit}</translation>
    </message>
    <message>
      <source>a class; empty: accuracy only</source>
      <translation>一个类别；留空：只看准确率</translation>
    </message>
    <message>
      <source>about {time} left</source>
      <translation>约剩 {time}</translation>
    </message>
    <message>
      <source>after {time}</source>
      <translation>经过 {time}</translation>
    </message>
    <message>
      <source>against baseline</source>
      <translation>相对基线</translation>
    </message>
    <message>
      <source>and {n} more</source>
      <translation>另有 {n} 类</translation>
    </message>
    <message>
      <source>automatic workers</source>
      <translation>自动分配进程</translation>
    </message>
    <message>
      <source>bar</source>
      <translation>竖线</translation>
    </message>
    <message>
      <source>best so far {score}</source>
      <translation>目前最佳 {score}</translation>
    </message>
    <message>
      <source>best trial</source>
      <translation>最佳试验</translation>
    </message>
    <message>
      <source>binary</source>
      <translation>二分类</translation>
    </message>
    <message>
      <source>blanks</source>
      <translation>空白</translation>
    </message>
    <message>
      <source>chance gives up to {share}</source>
      <translation>偶然可达 {share}</translation>
    </message>
    <message>
      <source>chosen among {n}</source>
      <translation>从 {n} 个中选出</translation>
    </message>
    <message>
      <source>comma</source>
      <translation>逗号</translation>
    </message>
    <message>
      <source>corrected</source>
      <translation>校正后</translation>
    </message>
    <message>
      <source>dashed: best baseline</source>
      <translation>虚线：最佳基线</translation>
    </message>
    <message>
      <source>data</source>
      <translation>数据</translation>
    </message>
    <message>
      <source>delimited</source>
      <translation>分隔文本</translation>
    </message>
    <message>
      <source>ended {when}</source>
      <translation>结束于 {when}</translation>
    </message>
    <message>
      <source>ensemble of the folds</source>
      <translation>各折网络集成</translation>
    </message>
    <message>
      <source>epoch {epoch}</source>
      <translation>第 {epoch} 轮</translation>
    </message>
    <message>
      <source>epoch {epoch} of {n}</source>
      <translation>第 {epoch} / {n} 轮</translation>
    </message>
    <message>
      <source>final fit, holdout and export</source>
      <translation>最终拟合、留出集评分与导出</translation>
    </message>
    <message>
      <source>fitted</source>
      <translation>拟合得到</translation>
    </message>
    <message>
      <source>fold {fold}</source>
      <translation>第 {fold} 折</translation>
    </message>
    <message>
      <source>fold {fold}, repeat {repeat}</source>
      <translation>第 {repeat} 次重复，第 {fold} 折</translation>
    </message>
    <message>
      <source>id, name: written before the predictions</source>
      <translation>id, name：写在预测结果之前</translation>
    </message>
    <message>
      <source>int16, calibrated</source>
      <translation>int16（校准）</translation>
    </message>
    <message>
      <source>int8, calibrated</source>
      <translation>int8（校准）</translation>
    </message>
    <message>
      <source>just now</source>
      <translation>刚刚</translation>
    </message>
    <message>
      <source>log</source>
      <translation>对数</translation>
    </message>
    <message>
      <source>loss alone {loss}</source>
      <translation>单独压缩损失 {loss}</translation>
    </message>
    <message>
      <source>multiclass</source>
      <translation>多分类</translation>
    </message>
    <message>
      <source>names</source>
      <translation>列名</translation>
    </message>
    <message>
      <source>no baseline yet</source>
      <translation>尚无基线</translation>
    </message>
    <message>
      <source>no limit</source>
      <translation>不限</translation>
    </message>
    <message>
      <source>none</source>
      <translation>无</translation>
    </message>
    <message>
      <source>older way</source>
      <translation>旧方式</translation>
    </message>
    <message>
      <source>rates of "{label}"</source>
      <translation>针对“{label}”</translation>
    </message>
    <message>
      <source>refitted on all rows of the search</source>
      <translation>用搜索的全部数据重新拟合</translation>
    </message>
    <message>
      <source>regression</source>
      <translation>回归</translation>
    </message>
    <message>
      <source>selected trial</source>
      <translation>选中的试验</translation>
    </message>
    <message>
      <source>semicolon</source>
      <translation>分号</translation>
    </message>
    <message>
      <source>set by hand</source>
      <translation>手动设定</translation>
    </message>
    <message>
      <source>starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>state</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>stays as it is</source>
      <translation>保持原样</translation>
    </message>
    <message>
      <source>step {step}</source>
      <translation>步长 {step}</translation>
    </message>
    <message>
      <source>such a choice loses {mean} on folds it has not looked at</source>
      <translation>这样选择在未看过的折上损失 {mean}</translation>
    </message>
    <message>
      <source>tab</source>
      <translation>制表符</translation>
    </message>
    <message>
      <source>target {target}</source>
      <translation>目标 {target}</translation>
    </message>
    <message>
      <source>the best so far</source>
      <translation>目前最佳</translation>
    </message>
    <message>
      <source>the mean of {n} trials here</source>
      <translation>此处 {n} 个试验的均值</translation>
    </message>
    <message>
      <source>the more likely class</source>
      <translation>取更可能的类别</translation>
    </message>
    <message>
      <source>threshold {value}</source>
      <translation>阈值 {value}</translation>
    </message>
    <message>
      <source>time</source>
      <translation>时间</translation>
    </message>
    <message>
      <source>trial {number}</source>
      <translation>试验 {number}</translation>
    </message>
    <message>
      <source>trials</source>
      <translation>试验</translation>
    </message>
    <message>
      <source>under 30 rows</source>
      <translation>少于 30 行</translation>
    </message>
    <message>
      <source>weights from {low} to {high}</source>
      <translation>权重范围 {low} 至 {high}</translation>
    </message>
    <message>
      <source>{baseline}, {interval}</source>
      <translation>{baseline}，{interval}</translation>
    </message>
    <message>
      <source>{column} from {low} to {high}</source>
      <translation>{column}：{low} 至 {high}</translation>
    </message>
    <message>
      <source>{column} · trial {number}</source>
      <translation>{column} · 试验 {number}</translation>
    </message>
    <message>
      <source>{column}: {values}</source>
      <translation>{column}：{values}</translation>
    </message>
    <message>
      <source>{file} could not be written: {reason}</source>
      <translation>无法写入 {file}：{reason}</translation>
    </message>
    <message>
      <source>{format} cannot hold numbers in {number_format}.</source>
      <translation>{format} 不能存放 {number_format} 数值。</translation>
    </message>
    <message>
      <source>{low} … {high}, mean {mean}</source>
      <translation>{low} … {high}，均值 {mean}</translation>
    </message>
    <message>
      <source>{measure}: {difference} ({low} … {high}) more in "{most}" than in "{least}".</source>
      <translation>{measure}：“{most}”比“{least}”高 {difference}（{low} … {high}）。</translation>
    </message>
    <message>
      <source>{measure}: {difference} points ({low} … {high}) more in "{most}" than in "{least}".</source>
      <translation>{measure}：“{most}”比“{least}”高 {difference} 个百分点（{low} … {high}）。</translation>
    </message>
    <message>
      <source>{metric} · {difference} against {baseline} {value}</source>
      <translation>{metric} · 相对{baseline} {value} 为 {difference}</translation>
    </message>
    <message>
      <source>{metric}, trial {number}</source>
      <translation>{metric}，试验 {number}</translation>
    </message>
    <message>
      <source>{metric}, trial {number}, corrected {value}</source>
      <translation>{metric}，试验 {number}，校正后 {value}</translation>
    </message>
    <message>
      <source>{name} against the others, on the same folds: how probable better, the same, worse are</source>
      <translation>{name} 与其他试验在相同折上的比较：更好、相同、更差的概率</translation>
    </message>
    <message>
      <source>{name} divides the rows in another way than {first}, so their scores cannot be compared; a duplicate has the same folds.</source>
      <translation>{name} 划分行的方式与 {first} 不同，因此得分不能比较；复制的研究具有相同的折。</translation>
    </message>
    <message>
      <source>{name} has other data than {first}, so their scores cannot be compared.</source>
      <translation>{name} 的数据与 {first} 不同，因此得分不能比较。</translation>
    </message>
    <message>
      <source>{name} is judged by another metric than {first}.</source>
      <translation>{name} 使用的指标与 {first} 不同。</translation>
    </message>
    <message>
      <source>{name} is missing.</source>
      <translation>缺少“{name}”。</translation>
    </message>
    <message>
      <source>{name} is not a number: {text}</source>
      <translation>“{name}”不是数字：{text}</translation>
    </message>
    <message>
      <source>{name} must be a whole number, not {text}.</source>
      <translation>“{name}”必须是整数，而不是 {text}。</translation>
    </message>
    <message>
      <source>{name} or {first} has not been divided into folds yet; start it first.</source>
      <translation>{name} 或 {first} 还没有划分折；请先启动它。</translation>
    </message>
    <message>
      <source>{name} · {size}</source>
      <translation>{name} · {size}</translation>
    </message>
    <message>
      <source>{name}, fold {fold}</source>
      <translation>{name}，第 {fold} 折</translation>
    </message>
    <message>
      <source>{name}, mean</source>
      <translation>{name}，均值</translation>
    </message>
    <message>
      <source>{number_format}, {difference} off, {tolerance} allowed</source>
      <translation>{number_format}，偏差 {difference}，允许 {tolerance}</translation>
    </message>
    <message>
      <source>{n} complete</source>
      <translation>完成 {n}</translation>
    </message>
    <message>
      <source>{n} could not be trained.</source>
      <translation>其中 {n} 个无法训练。</translation>
    </message>
    <message>
      <source>{n} days ago</source>
      <translation>{n} 天前</translation>
    </message>
    <message>
      <source>{n} failed</source>
      <translation>失败 {n}</translation>
    </message>
    <message>
      <source>{n} hours ago</source>
      <translation>{n} 小时前</translation>
    </message>
    <message>
      <source>{n} minutes ago</source>
      <translation>{n} 分钟前</translation>
    </message>
    <message>
      <source>{n} minutes more</source>
      <translation>再搜索 {n} 分钟</translation>
    </message>
    <message>
      <source>{n} ms for one row</source>
      <translation>每行 {n} 毫秒</translation>
    </message>
    <message>
      <source>{n} of {of} trials were given up early, {share}</source>
      <translation>{of} 个试验中有 {n} 个提前放弃，占 {share}</translation>
    </message>
    <message>
      <source>{n} parameters</source>
      <translation>{n} 个参数</translation>
    </message>
    <message>
      <source>{n} pruned</source>
      <translation>剪枝 {n}</translation>
    </message>
    <message>
      <source>{n} rows predicted</source>
      <translation>已预测 {n} 行</translation>
    </message>
    <message>
      <source>{n} rows without a target are left out</source>
      <translation>略去 {n} 行无目标数据</translation>
    </message>
    <message>
      <source>{n} ruled out</source>
      <translation>已排除 {n}</translation>
    </message>
    <message>
      <source>{n} running</source>
      <translation>{n} 项运行中</translation>
    </message>
    <message>
      <source>{n} studies</source>
      <translation>{n} 项研究</translation>
    </message>
    <message>
      <source>{n} studies of the same data side by side</source>
      <translation>{n} 个相同数据的研究并排比较</translation>
    </message>
    <message>
      <source>{n} trials</source>
      <translation>{n} 次试验</translation>
    </message>
    <message>
      <source>{n} trials are tied with the best</source>
      <translation>{n} 个试验与最佳不分上下</translation>
    </message>
    <message>
      <source>{n} trials failed, {kind}: {names}</source>
      <translation>{n} 个试验失败，{kind}：{names}</translation>
    </message>
    <message>
      <source>{n} trials have a score; which params matter is measured from {least} on.</source>
      <translation>{n} 个试验有得分；从 {least} 个起才衡量哪些参数重要。</translation>
    </message>
    <message>
      <source>{n} trials have it</source>
      <translation>{n} 个试验有此参数</translation>
    </message>
    <message>
      <source>{n} trials more</source>
      <translation>再做 {n} 次试验</translation>
    </message>
    <message>
      <source>{n} trials side by side</source>
      <translation>{n} 次试验并排比较</translation>
    </message>
    <message>
      <source>{n} trials were asked for</source>
      <translation>已请求 {n} 个试验</translation>
    </message>
    <message>
      <source>{n} were over a limit and not trained.</source>
      <translation>其中 {n} 个超出限制，未作训练。</translation>
    </message>
    <message>
      <source>{n} workers</source>
      <translation>{n} 个进程</translation>
    </message>
    <message>
      <source>{part}, {n:,} rows</source>
      <translation>{part}，{n:,} 行</translation>
    </message>
    <message>
      <source>{percent} of all weights, the smallest, were set to zero while it was trained on.</source>
      <translation>继续训练时，全部权重中最小的 {percent} 被置为零。</translation>
    </message>
    <message>
      <source>{percent} of the units of every hidden layer were removed, then it was trained on.</source>
      <translation>先移除每个隐藏层 {percent} 的单元，再继续训练。</translation>
    </message>
    <message>
      <source>{percent} of the weights of every layer were set to zero while it was trained on.</source>
      <translation>继续训练时，每层权重的 {percent} 被置为零。</translation>
    </message>
    <message>
      <source>{percent} zeros</source>
      <translation>{percent} 为零</translation>
    </message>
    <message>
      <source>{rows} rows × {columns} columns</source>
      <translation>{rows} 行 × {columns} 列</translation>
    </message>
    <message>
      <source>{score}, corrected {value}</source>
      <translation>{score}，校正后 {value}</translation>
    </message>
    <message>
      <source>{share} is beaten so far</source>
      <translation>目前已超越 {share}</translation>
    </message>
    <message>
      <source>{share} of what tells the best tenth from all</source>
      <translation>占最佳十分之一与全部之间差异的 {share}</translation>
    </message>
    <message>
      <source>{shown} of {total} trials</source>
      <translation>{shown} / {total} 次试验</translation>
    </message>
    <message>
      <source>{study}, best {score}</source>
      <translation>{study}，最佳 {score}</translation>
    </message>
    <message>
      <source>{tied}; none of them is smaller.</source>
      <translation>{tied}；其中没有更小的。</translation>
    </message>
    <message>
      <source>{tied}; the smallest of them, {trial}, is {times:.2g} times smaller.</source>
      <translation>{tied}；其中最小的 {trial} 是其 1/{times:.2g} 大小。</translation>
    </message>
    <message>
      <source>{time} left</source>
      <translation>剩余 {time}</translation>
    </message>
    <message>
      <source>{time}, too long</source>
      <translation>{time}，太久</translation>
    </message>
    <message>
      <source>{used} of {total}</source>
      <translation>{used} / {total}</translation>
    </message>
  </context>
  <context>
    <name>engine</name>
    <message>
      <source>--choose and --blame are two works; do one after the other.</source>
      <translation>--choose 与 --blame 是两件事；请分别执行。</translation>
    </message>
    <message>
      <source>--host is empty; give an address of this machine, 0.0.0.0 for all of them.</source>
      <translation>--host 为空；请给出本机的一个地址，0.0.0.0 表示全部地址。</translation>
    </message>
    <message>
      <source>--max-drop is {value}; give a loss of 0 or more, for instance 0.01.</source>
      <translation>--max-drop 是 {value}；请给出不小于 0 的损失，例如 0.01。</translation>
    </message>
    <message>
      <source>--role {text!r} is not COLUMN=ROLE, for instance zip=categorical.</source>
      <translation>--role {text!r} 不是“列=角色”的形式，例如 zip=categorical。</translation>
    </message>
    <message>
      <source>--set {text!r} is not NAME=VALUE, for instance lr=0.001.</source>
      <translation>--set {text!r} 不是 名称=值 的形式，例如 lr=0.001。</translation>
    </message>
    <message>
      <source>--sparsity is {value}; give a fraction between 0 and 1.</source>
      <translation>--sparsity 是 {value}；请给出 0 与 1 之间的比例。</translation>
    </message>
    <message>
      <source>--{name} is {value}; it must be at least 1.</source>
      <translation>--{name} 为 {value}；它至少须为 1。</translation>
    </message>
    <message>
      <source>A bundle has one model and decides by its own threshold; leave --trial, --variant and --threshold out.</source>
      <translation>模型包只有一个模型，并按它自己的阈值判定；请去掉 --trial、--variant 和 --threshold。</translation>
    </message>
    <message>
      <source>A bundle is audited on rows with their target: give --data FILE.</source>
      <translation>审计模型包需要带目标列的数据行：请给出 --data 文件。</translation>
    </message>
    <message>
      <source>A comparison with one network on all rows would have cost too much beside such a short search; the fold networks are kept as an ensemble.</source>
      <translation>相对于如此简短的搜索，与在全部行上训练的单一网络进行比较的代价过高；保留各折网络作为集成。</translation>
    </message>
    <message>
      <source>A complete trial needs a value that is a number, not {value}.</source>
      <translation>已完成的试验必须有数值型得分，而不是 {value}。</translation>
    </message>
    <message>
      <source>A failed trial needs the reason of its failure.</source>
      <translation>失败的试验必须说明失败原因。</translation>
    </message>
    <message>
      <source>A fold has no score: its validation rows hold one class only. Use fewer folds or another metric.</source>
      <translation>有一折无法评分：其验证数据只含一个类别。请减少折数或更换指标。</translation>
    </message>
    <message>
      <source>A gap of rows belongs to folds by order or time, not to {split} ones; choose one of those, or no gap.</source>
      <translation>行间隔只用于按顺序或时间的折，不用于 {split} 折；请选择前者，或不设间隔。</translation>
    </message>
    <message>
      <source>A gap of {gap:,} rows leaves no rows to train on before fold {fold}; use a smaller gap, or fewer folds.</source>
      <translation>{gap:,} 行的间隔使第 {fold} 折之前没有可训练的行；请减小间隔或减少折数。</translation>
    </message>
    <message>
      <source>A job ends with either a result or a failure.</source>
      <translation>作业结束时必须有结果或失败原因，且只能有其一。</translation>
    </message>
    <message>
      <source>A positive class is for a target of two classes; leave {value!r} out.</source>
      <translation>正类只用于两个类别的目标；请去掉 {value!r}。</translation>
    </message>
    <message>
      <source>A positive class is for classes, and the target is a number; leave it out.</source>
      <translation>正类只用于分类，而目标是数值；请去掉它。</translation>
    </message>
    <message>
      <source>A regression target has no classes to stratify by; choose plain folds.</source>
      <translation>回归目标没有可用于分层的类别；请选择普通划分。</translation>
    </message>
    <message>
      <source>A row has no value {column!r} to keep.</source>
      <translation>有一行没有要保留的值 {column!r}。</translation>
    </message>
    <message>
      <source>A row has no value {column!r}; give None where it is missing.</source>
      <translation>有一行没有 {column!r} 的值；缺失时请给 None。</translation>
    </message>
    <message>
      <source>A row has no value {column!r}; give the path of a file, or {dtype} numbers of shape {shape}.</source>
      <translation>有一行没有 {column!r} 的值；请给出文件路径，或形状为 {shape} 的 {dtype} 数组。</translation>
    </message>
    <message>
      <source>A row is a dict, such as {{"age": 39}}, not {value!r} of the type {type}.</source>
      <translation>一行是一个字典，例如 {{"age": 39}}，而不是类型为 {type} 的 {value!r}。</translation>
    </message>
    <message>
      <source>A row of the table {table} is damaged: id {id} belongs to a row of the table {parent} that is not there; restore the workspace from a backup.</source>
      <translation>表 {table} 中有一行已损坏：编号 {id} 所属的表 {parent} 的行不存在；请从备份恢复工作区。</translation>
    </message>
    <message>
      <source>A row of the table {table} is damaged: what is stored as the {column} of id {id} cannot be read ({reason}); restore the workspace from a backup.</source>
      <translation>表 {table} 中有一行已损坏：无法读取编号 {id} 存储的 {column}（{reason}）；请从备份恢复工作区。</translation>
    </message>
    <message>
      <source>A stored failure is damaged ({reason}); restore the workspace from a backup.</source>
      <translation>存储的失败信息已损坏（{reason}）；请从备份恢复工作区。</translation>
    </message>
    <message>
      <source>A stored value is damaged ({reason}, in {text!r}); restore the workspace from a backup.</source>
      <translation>存储的值已损坏（{reason}，位于 {text!r}）；请从备份恢复工作区。</translation>
    </message>
    <message>
      <source>A study has its rows already; how a file is read is said for --data alone.</source>
      <translation>研究已有自己的数据行；读取文件的方式只用于 --data。</translation>
    </message>
    <message>
      <source>A study needs a name; type one.</source>
      <translation>研究需要名称；请输入一个。</translation>
    </message>
    <message>
      <source>A study needs at least one worker, not {count}.</source>
      <translation>研究至少需要一个工作进程，而不是 {count} 个。</translation>
    </message>
    <message>
      <source>A study setting cannot be read: {reason}; this study may come from a newer version of Cupel.</source>
      <translation>无法读取研究的一项设置：{reason}；该研究可能来自更新版本的 Cupel。</translation>
    </message>
    <message>
      <source>A threshold is for two classes, and the study {study!r} is a {task} problem; leave it out.</source>
      <translation>阈值只用于两个类别，而研究 {study!r} 是 {task} 问题；请不要设置阈值。</translation>
    </message>
    <message>
      <source>A training part has no rows; use fewer folds or more data.</source>
      <translation>有一个训练部分没有数据；请减少折数或增加数据。</translation>
    </message>
    <message>
      <source>A trial cannot train {times} times as long; choose more than 0 and at most {most}.</source>
      <translation>试验不能训练 {times} 倍的时间；请选择大于 0 且不超过 {most} 的数。</translation>
    </message>
    <message>
      <source>A trial of the study {study!r} is damaged: {problem}</source>
      <translation>研究 {study!r} 的一次试验已损坏：{problem}</translation>
    </message>
    <message>
      <source>A trial with exactly these params was asked for already, and waits for its turn.</source>
      <translation>已经请求过参数完全相同的试验，正在排队。</translation>
    </message>
    <message>
      <source>All rests on one division into folds.</source>
      <translation>全部结论基于同一次折划分。</translation>
    </message>
    <message>
      <source>All trials were judged on {n} repeats of the folds.</source>
      <translation>所有试验都在 {n} 次重复的折上评判。</translation>
    </message>
    <message>
      <source>Also minimize</source>
      <translation>同时减小</translation>
    </message>
    <message>
      <source>An array column must have a name for each array.</source>
      <translation>数组列的每个数组都必须有名称。</translation>
    </message>
    <message>
      <source>An official part of the data as the holdout, by its name in the column split: test</source>
      <translation>以数据自带的某一部分作为留出集，用 split 列中的名称指定，如 test</translation>
    </message>
    <message>
      <source>Another engine (process {other}) has taken the study {name!r} over; this one ends.</source>
      <translation>另一个引擎（进程 {other}）已接管研究 {name!r}；本引擎退出。</translation>
    </message>
    <message>
      <source>Another program keeps {file} locked; close it and try again.</source>
      <translation>另一个程序锁定了 {file}；请关闭它后重试。</translation>
    </message>
    <message>
      <source>Another study is called {name!r} already; choose another name.</source>
      <translation>已有名为 {name!r} 的研究；请换一个名称。</translation>
    </message>
    <message>
      <source>Answer to a finding about the split, as its line names it: such rows are independent all the same</source>
      <translation>对划分方面发现的回答，名称见该行：这些行仍视为相互独立</translation>
    </message>
    <message>
      <source>At the level {level}, {share:.1%} of {n:,} rows of the holdout were inside ({low:.1%} to {high:.1%}).</source>
      <translation>置信水平 {level}：留出集的 {n:,} 行中有 {share:.1%} 落在区间（或类别集合）内（{low:.1%} 至 {high:.1%}）。</translation>
    </message>
    <message>
      <source>Before ~ stands the name of a column, for instance notes ~ "seed".</source>
      <translation>~ 之前应为列名，例如 notes ~ "seed"。</translation>
    </message>
    <message>
      <source>Better than {name}: difference {difference}, 95 % interval {low} to {high}; better with a probability of {better}, the same {same}, worse {worse}.</source>
      <translation>优于{name}：差值 {difference}，95% 区间 {low} 至 {high}；更好的概率 {better}，相当 {same}，更差 {worse}。</translation>
    </message>
    <message>
      <source>Between the cells of a row: one character, tab, or blank for any number of blanks</source>
      <translation>一行中各单元格之间：一个字符、tab，或 blank（任意多个空白）</translation>
    </message>
    <message>
      <source>By its mean over the folds, from which the luck of the choice is not taken off, the network is first, on the holdout {second} ({theirs} against {ours}): they point to different winners.</source>
      <translation>按各折的平均值（未扣除挑选带来的运气），网络居首；在留出集上则是 {second} 居首（{theirs} 对 {ours}）：两者指向不同的赢家。</translation>
    </message>
    <message>
      <source>Cells of the target that the model does not know, and that are not scored: {n:,} (the first: {value!r}).</source>
      <translation>目标列中模型不认识、因而不计分的单元格：{n:,} 个（第一个：{value!r}）。</translation>
    </message>
    <message>
      <source>Class {value!r} has fewer rows for the search ({n}) than there are folds ({n_folds}), so some folds are judged without it; use fewer folds, or merge it with another class.</source>
      <translation>类别 {value!r} 可用于搜索的行数（{n}）少于折数（{n_folds}），部分折的评判将缺少该类别；请减少折数，或将其与其他类别合并。</translation>
    </message>
    <message>
      <source>Class {value!r} has {n} rows for the search; no network can learn from it and be judged on it too. Add rows of it, or choose another target.</source>
      <translation>类别 {value!r} 可供搜索的行只有 {n} 行；没有网络能既从中学习又在其上受评判。请增加该类的行，或选择别的目标。</translation>
    </message>
    <message>
      <source>Classes of {column!r} with too few rows for {n_folds} folds and the holdout: {classes}; some folds are judged without them. Use fewer folds, merge such classes in the file, or leave their rows out.</source>
      <translation>{column!r} 中行数不足以分成 {n_folds} 折加留出集的类别：{classes}；部分折的评判将缺少这些类别。请减少折数、在文件中合并这些类别，或略去它们的行。</translation>
    </message>
    <message>
      <source>Classes {first!r} and {second!r} of {column!r} look like one class spelled twice.</source>
      <translation>{column!r} 的类别 {first!r} 与 {second!r} 看起来是同一类别的两种写法。</translation>
    </message>
    <message>
      <source>Column {column!r} alone tells nearly all of the target (score {score} on {n:,} rows); if it is known only afterwards, give it the role ignored.</source>
      <translation>仅凭列 {column!r} 几乎就能得出目标（在 {n:,} 行上得分 {score}）；如果它只在事后才知道，请将其角色设为忽略。</translation>
    </message>
    <message>
      <source>Column {column!r} cannot take {value}, which is of the type {type}; give {wanted}, or None where it is missing.</source>
      <translation>列 {column!r} 不能接受类型为 {type} 的 {value}；请给出 {wanted}，缺失时给 None。</translation>
    </message>
    <message>
      <source>Column {column!r} has the role time, but not every row has a value in it (missing: {n:,}); fill them in or choose other folds.</source>
      <translation>列 {column!r} 的角色是时间，但并非每一行都有值（缺失 {n:,} 行）；请补全或选择其他划分方式。</translation>
    </message>
    <message>
      <source>Column {column!r} has too few different times for {n_folds} folds; use fewer.</source>
      <translation>列 {column!r} 的不同时间太少，无法分成 {n_folds} 折；请减少折数。</translation>
    </message>
    <message>
      <source>Column {column!r} has too few groups ({n}); {n_folds} folds and the holdout need at least {least}.</source>
      <translation>列 {column!r} 的组太少（{n} 个）；{n_folds} 折加留出集至少需要 {least} 个。</translation>
    </message>
    <message>
      <source>Column {column!r} has {n:,} categories; rare ones are put together.</source>
      <translation>列 {column!r} 有 {n:,} 个类别；罕见类别会被合并。</translation>
    </message>
    <message>
      <source>Column {column!r} holds text and cannot order rows in time.</source>
      <translation>列 {column!r} 是文本，无法按时间给数据行排序。</translation>
    </message>
    <message>
      <source>Column {column!r} holds {kind} cells and cannot have the role {role}; choose categorical or ignored.</source>
      <translation>列 {column!r} 的单元格类型是 {kind}，不能担任角色 {role}；请选择类别或忽略。</translation>
    </message>
    <message>
      <source>Column {column!r} holds {kind} cells, but the model was trained on text.</source>
      <translation>列 {column!r} 含有 {kind} 单元格，而模型是用文本训练的。</translation>
    </message>
    <message>
      <source>Column {column!r} holds {type} values, which cannot be used, and was left out.</source>
      <translation>列 {column!r} 的值类型为 {type}，无法使用，已略去。</translation>
    </message>
    <message>
      <source>Column {column!r} is free text and is left out; the kind {kind} uses it.</source>
      <translation>列 {column!r} 是自由文本，已略去；数据类型 {kind} 会用到它。</translation>
    </message>
    <message>
      <source>Column {column!r} is the same in every row and is left out.</source>
      <translation>列 {column!r} 在每一行都相同，已略去。</translation>
    </message>
    <message>
      <source>Column {column!r} looks like an identifier and is left out.</source>
      <translation>列 {column!r} 看起来是标识符，已略去。</translation>
    </message>
    <message>
      <source>Column {column!r} must hold {wanted} cells, but here it holds {found}; check its values and decimal sign.</source>
      <translation>列 {column!r} 应为 {wanted} 类型，但这里是 {found}；请检查其取值和小数点。</translation>
    </message>
    <message>
      <source>Column {column!r} names the images without their ending.</source>
      <translation>列 {column!r} 给出的是不带扩展名的图像名。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file} looks like numbers or dates but cannot be read as such, for instance {value!r} in line {row}, and is kept as text; give it the role numeric or date to read what can be read.</source>
      <translation>{file} 的列 {column!r} 看起来像数字或日期，但无法按此读取，例如第 {row} 行的 {value!r}，因此保留为文本；若要读取其中可读的部分，请把它的角色设为 numeric 或 date。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file} names images, for instance {name}, but none of them is there; give their paths from the folder of this file on.</source>
      <translation>{file} 的列 {column!r} 写的是图片，例如 {name}，但这些图片都不存在；请写出从该文件所在文件夹开始的路径。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file}: cells that are not a {kind} and count as missing: {n:,}, for instance {value!r} in line {row}.</source>
      <translation>{file} 的列 {column!r}：有 {n:,} 个单元格不是 {kind} 类型（例如第 {row} 行的 {value!r}），按缺失处理。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file}: cells that only say above, below or about a number are read as that number: {n:,}.</source>
      <translation>{file} 的列 {column!r}：只写明高于、低于或约为某数的单元格按该数读取：{n:,} 个。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file}: dates of zeros that count as missing: {n:,}.</source>
      <translation>{file} 的列 {column!r}：全为零的日期按缺失处理：{n:,} 个。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file}: day and month cannot be told apart; the day was taken to come first.</source>
      <translation>{file} 的列 {column!r}：无法区分日和月；已按日在前处理。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file}: infinite values that count as missing: {n:,}.</source>
      <translation>{file} 的列 {column!r}：{n:,} 个无穷值按缺失处理。</translation>
    </message>
    <message>
      <source>Column {column!r} of {file}: its cells are read as numbers without their unit, {unit}.</source>
      <translation>{file} 的列 {column!r}：单元格去掉单位 {unit} 后按数字读取。</translation>
    </message>
    <message>
      <source>Column {column!r} says {part!r} in {n:,} of {n_rows:,} rows; some must be the holdout and enough must be left for the folds.</source>
      <translation>列 {column!r} 在 {n_rows:,} 行中有 {n:,} 行为 {part!r}；留出集不能为空，且要给各折留下足够的行。</translation>
    </message>
    <message>
      <source>Column {column!r}: cells that are not a {kind} and count as missing: {n:,}, for instance {value!r} in line {row}.</source>
      <translation>列 {column!r}：有 {n:,} 个单元格不是 {kind} 类型（例如第 {row} 行的 {value!r}），按缺失处理。</translation>
    </message>
    <message>
      <source>Column {column!r}: cells with a category that the training data did not have: {n:,}.</source>
      <translation>列 {column!r}：有 {n:,} 个单元格的类别未出现在训练数据中。</translation>
    </message>
    <message>
      <source>Columns must have distinct names and n_rows cells each.</source>
      <translation>各列的名称必须互不相同，且每列都要有 n_rows 个单元格。</translation>
    </message>
    <message>
      <source>Columns that the training data did not have, and that are ignored: {n:,} ({columns}).</source>
      <translation>训练数据中没有、因而被忽略的列：{n:,} 个（{columns}）。</translation>
    </message>
    <message>
      <source>Corrected for having picked the best of {n_complete:,} trials: {value}, 95 % interval {low} to {high} ({n_resamples:,} resamples of the rows; pruned trials, {n_pruned:,}, do not take part).</source>
      <translation>对从 {n_complete:,} 个试验中挑选最佳者作了校正：{value}，95 % 区间 {low} 至 {high}（{n_resamples:,} 次行重采样；被剪枝的 {n_pruned:,} 个试验不参与）。</translation>
    </message>
    <message>
      <source>Corrected for having picked the best of {n_complete:,} trials: {value}, 95 % interval {low} to {high} ({n_resamples:,} resamples of the rows; the best {n_trials:,} take part, so that it takes seconds; {n_pruned:,} pruned ones do not).</source>
      <translation>已校正从 {n_complete:,} 个试验中择优的影响：{value}，95% 区间 {low} 至 {high}（对行重抽样 {n_resamples:,} 次；为在数秒内完成，只有最好的 {n_trials:,} 个参与；{n_pruned:,} 个被剪枝的不参与）。</translation>
    </message>
    <message>
      <source>Costs {drop:,g}, and is worth it if size or time matter: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.</source>
      <translation>代价为 {drop:,g}；若看重大小或耗时，则值得：文件 {size:+.0%}，单行 {one:+.0%}，256 行 {batch:+.0%}。</translation>
    </message>
    <message>
      <source>Data are the path of a file or a pandas DataFrame, not {type}; pandas.DataFrame(…) makes one of lists, dicts and arrays.</source>
      <translation>数据应为文件路径或 pandas DataFrame，而不是 {type}；pandas.DataFrame(…) 可由列表、字典和数组生成。</translation>
    </message>
    <message>
      <source>Decimal sign</source>
      <translation>小数点符号</translation>
    </message>
    <message>
      <source>Decimals</source>
      <translation>小数</translation>
    </message>
    <message>
      <source>Delimiter</source>
      <translation>分隔符</translation>
    </message>
    <message>
      <source>Drift is told from {n:,} rows on.</source>
      <translation>至少 {n:,} 行才能判断漂移。</translation>
    </message>
    <message>
      <source>Duration</source>
      <translation>用时</translation>
    </message>
    <message>
      <source>Empty files left out: {n:,} ({names}).</source>
      <translation>略去的空文件：{n:,}（{names}）。</translation>
    </message>
    <message>
      <source>Encoding</source>
      <translation>编码</translation>
    </message>
    <message>
      <source>Epochs</source>
      <translation>轮数</translation>
    </message>
    <message>
      <source>Epochs at most</source>
      <translation>最多轮数</translation>
    </message>
    <message>
      <source>Epochs of one trial at most</source>
      <translation>每次试验的最多轮数</translation>
    </message>
    <message>
      <source>Escapes</source>
      <translation>转义</translation>
    </message>
    <message>
      <source>Families</source>
      <translation>模型族</translation>
    </message>
    <message>
      <source>Family</source>
      <translation>系列</translation>
    </message>
    <message>
      <source>File size</source>
      <translation>文件大小</translation>
    </message>
    <message>
      <source>File, kB</source>
      <translation>文件 kB</translation>
    </message>
    <message>
      <source>Files left out because they are no images ({formats}): {n:,} ({files}).</source>
      <translation>因不是图像（{formats}）而略去的文件：{n:,} 个（{files}）。</translation>
    </message>
    <message>
      <source>Files left out because they cannot be read as text: {n:,} ({names}); the first: {reason}</source>
      <translation>因无法作为文本读取而略去的文件：{n:,}（{names}）；第一个：{reason}</translation>
    </message>
    <message>
      <source>Files of several pictures, of which the first is read: {n:,} ({files}).</source>
      <translation>含有多幅图、只读取第一幅的文件：{n:,} 个（{files}）。</translation>
    </message>
    <message>
      <source>Finalists</source>
      <translation>入围数</translation>
    </message>
    <message>
      <source>First row</source>
      <translation>首行</translation>
    </message>
    <message>
      <source>Folds</source>
      <translation>折数</translation>
    </message>
    <message>
      <source>Folds in order cannot be drawn again, so that there are no further repeats.</source>
      <translation>按顺序的折无法重新划分，因此没有更多重复。</translation>
    </message>
    <message>
      <source>Folds in time order take the latest rows as the holdout; give it as a fraction.</source>
      <translation>按时间顺序分折时，最新的行作为留出集；请用比例指定留出集。</translation>
    </message>
    <message>
      <source>Folds in time order train on ever longer pasts; one network on all rows but those of the holdout has seen more.</source>
      <translation>按时间顺序划分的各折，其训练数据逐折加长；在留出集以外全部数据上训练的单个网络见过的更多。</translation>
    </message>
    <message>
      <source>Folds that train on the class {value!r} alone: {n} of {n_folds}. The rows seem to be sorted by the target; then choose folds that do not follow their order.</source>
      <translation>只在类别 {value!r} 上训练的折：{n_folds} 折中有 {n} 折。各行似乎按目标排序；若如此，请选择不依顺序的折。</translation>
    </message>
    <message>
      <source>Format</source>
      <translation>格式</translation>
    </message>
    <message>
      <source>Fraction of the rows that the search never sees; scored at the end, and every look is counted</source>
      <translation>搜索从不接触的行所占比例；最后在其上评分，每次查看都会计数</translation>
    </message>
    <message>
      <source>Further objectives beside the score; then no trial is given up early</source>
      <translation>除得分之外的目标；此时不会提前放弃任何试验</translation>
    </message>
    <message>
      <source>Gap, rows</source>
      <translation>间隔（行）</translation>
    </message>
    <message>
      <source>Holdout, %</source>
      <translation>留出集（%）</translation>
    </message>
    <message>
      <source>How folds are trained</source>
      <translation>各折的训练方式</translation>
    </message>
    <message>
      <source>How often each trial is picked in a resample: {shares}.</source>
      <translation>各试验在重采样中被选中的比例：{shares}。</translation>
    </message>
    <message>
      <source>How often intervals of the level {level} hold was not measured; the bundle's card tells it of {levels}.</source>
      <translation>水平 {level} 的区间实际覆盖多少没有测量；导出包的卡片给出了 {levels} 的覆盖率。</translation>
    </message>
    <message>
      <source>How often the rows are divided anew</source>
      <translation>重新划分行的次数</translation>
    </message>
    <message>
      <source>How rows are divided; time and order train on what comes first, order by the rows of the file</source>
      <translation>行的划分方式；time 和 order 用在前的行训练，order 按文件中的行序</translation>
    </message>
    <message>
      <source>How rows are written: cells with a delimiter, JSON (a list of objects, or one a line), or ARFF</source>
      <translation>行的写法：用分隔符隔开的单元格、JSON（对象列表，或每行一个对象）或 ARFF</translation>
    </message>
    <message>
      <source>Images left out because they are in no class folder: {n:,} ({files}).</source>
      <translation>不在任何类别文件夹中而被略去的图像：{n:,} 个（{files}）。</translation>
    </message>
    <message>
      <source>Images of 16 bits a pixel among coloured ones, which are kept as 256 shades: {n:,} of {n_images:,}.</source>
      <translation>与彩色图像混在一起的 16 位图像，按 256 级灰度保存：{n_images:,} 个中的 {n:,} 个。</translation>
    </message>
    <message>
      <source>Images of 16 bits a pixel, which are kept: {n:,} of {n_images:,}.</source>
      <translation>保留 16 位灰度的图像：{n_images:,} 个中的 {n:,} 个。</translation>
    </message>
    <message>
      <source>Images of {low_width} × {low_height} to {high_width} × {high_height} pixels were resized to {width} × {height}.</source>
      <translation>大小从 {low_width} × {low_height} 到 {high_width} × {high_height} 像素的图像已缩放为 {width} × {height}。</translation>
    </message>
    <message>
      <source>Images that cannot be read and are left out: {n:,} of {n_images:,} ({files}).</source>
      <translation>无法读取而被略去的图像：{n_images:,} 个中的 {n:,} 个（{files}）。</translation>
    </message>
    <message>
      <source>Images that cannot be read, and have an empty row: {n:,} ({files}).</source>
      <translation>无法读取、结果行留空的图像：{n:,} 个（{files}）。</translation>
    </message>
    <message>
      <source>Images whose file names have the same part {part} are alike: a quick baseline has {metric} {chosen} on folds drawn at random, but {apart} where they are kept together (always the same prediction: {constant}). If new images will come from other sources, scores on random folds are too good for them.</source>
      <translation>文件名第 {part} 部分相同的图像彼此相似：快速基线在随机抽取的折上 {metric} 为 {chosen}，而把它们放在一起时为 {apart}（始终给出同一预测：{constant}）。如果新图像来自其他来源，随机折上的得分对它们来说过于乐观。</translation>
    </message>
    <message>
      <source>In nested cross-validation one network on all rows did not score significantly better than the ensemble of fold networks, which is kept.</source>
      <translation>在嵌套交叉验证中，用全部数据训练的单个网络得分并未显著优于各折网络的集成，因此保留集成。</translation>
    </message>
    <message>
      <source>In nested cross-validation one network on all rows scored significantly better than the ensemble of fold networks.</source>
      <translation>在嵌套交叉验证中，用全部数据训练的单个网络得分显著优于各折网络的集成。</translation>
    </message>
    <message>
      <source>Independent</source>
      <translation>视为独立</translation>
    </message>
    <message>
      <source>Intervals are told by predict.py alone, which needs requirements.txt.</source>
      <translation>只有 predict.py 能给出区间，它需要 requirements.txt 中的软件包。</translation>
    </message>
    <message>
      <source>It took longer than {seconds} s.</source>
      <translation>用时超过 {seconds} 秒。</translation>
    </message>
    <message>
      <source>Kind of data</source>
      <translation>数据类型</translation>
    </message>
    <message>
      <source>Learns nothing after its first epoch: its loss on training rows, {train_last}, and on validation rows, {valid_last}, is no lower after {last} epochs. Where that is no good score, it underfits; try another learning rate.</source>
      <translation>第一轮之后没有再学到东西：{last} 轮之后，训练行上的损失 {train_last} 和验证行上的损失 {valid_last} 都没有降低。如果分数不好，就是欠拟合；请换一个学习率。</translation>
    </message>
    <message>
      <source>Lines before the table</source>
      <translation>表格之前的行数</translation>
    </message>
    <message>
      <source>Lines skipped</source>
      <translation>跳过的行</translation>
    </message>
    <message>
      <source>LiteRT has no activations of 16 bits for networks that take codes of categories or tokens.</source>
      <translation>对于输入类别编码或词元编码的网络，LiteRT 不支持 16 位激活值。</translation>
    </message>
    <message>
      <source>LiteRT has no activations of 16 bits for networks with layer normalization.</source>
      <translation>对于使用层归一化的网络，LiteRT 不支持 16 位激活值。</translation>
    </message>
    <message>
      <source>LiteRT has no calibrated 8 bits for texts: what hides paddings would take all steps.</source>
      <translation>对于文本，LiteRT 不支持校准的 8 位：用来遮住填充的数值会占去全部量化级。</translation>
    </message>
    <message>
      <source>Loses {drop:,g}, more than the limit of {limit:,g}: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.</source>
      <translation>损失 {drop:,g}，超过上限 {limit:,g}：文件 {size:+.0%}，单行 {one:+.0%}，256 行 {batch:+.0%}。</translation>
    </message>
    <message>
      <source>Metric</source>
      <translation>指标</translation>
    </message>
    <message>
      <source>Minutes</source>
      <translation>分钟</translation>
    </message>
    <message>
      <source>Missing cells of {column!r}: {n:,} of {n_rows:,} ({percent}%).</source>
      <translation>{column!r} 的 {n_rows:,} 个单元格中有 {n:,} 个缺失（{percent}%）。</translation>
    </message>
    <message>
      <source>Model families to search; the usual ones of the data where none is named</source>
      <translation>要搜索的模型族；未指定时为该类数据的常用族</translation>
    </message>
    <message>
      <source>Near-duplicate rows give targets away: a quick baseline has {metric} {chosen} where they stand on both sides of folds, but {apart} where they are kept together (always the same prediction: {constant}).</source>
      <translation>近似重复行泄露了目标：当它们分处折的两侧时，快速基线的 {metric} 为 {chosen}，而放在一起时为 {apart}（始终给出同一预测：{constant}）。</translation>
    </message>
    <message>
      <source>Near-duplicate rows: keep them on one side of every split (auto: where chance does not explain them)</source>
      <translation>近似重复的行：始终放在划分的同一侧（auto：仅当无法用巧合解释时）</translation>
    </message>
    <message>
      <source>Near-duplicates</source>
      <translation>近似重复行</translation>
    </message>
    <message>
      <source>Near-duplicates are kept on one side of every split: {n:,} rows in {n_sets:,} sets.</source>
      <translation>近似重复行总在划分的同一侧：{n:,} 行，共 {n_sets:,} 组。</translation>
    </message>
    <message>
      <source>Near-duplicates are not kept together: one set has too many rows ({n:,}) for the folds.</source>
      <translation>近似重复行没有放在一起：其中一组的行数（{n:,}）对这些折来说太多。</translation>
    </message>
    <message>
      <source>Near-duplicates are not kept together: they link so many groups with one another that no folds would be left. Copies stand on both sides of the splits, in different groups.</source>
      <translation>近似重复行未保持在一起：它们把太多的组彼此相连，以致无法分折。副本在不同的组中，分处划分的两侧。</translation>
    </message>
    <message>
      <source>Neither over- nor underfits: its loss on validation rows is lowest, {valid}, at epoch {epoch}, and {valid_last} at the end, epoch {last}. On training rows it is {train} and {train_last}.</source>
      <translation>既不过拟合也不欠拟合：验证行上的损失在第 {epoch} 轮最低，为 {valid}，结束时（第 {last} 轮）为 {valid_last}。训练行上的损失分别为 {train} 和 {train_last}。</translation>
    </message>
    <message>
      <source>Network {number} of the model has {n:,} weights that are no numbers; export another trial.</source>
      <translation>模型的第 {number} 个网络有 {n:,} 个权重不是数值；请导出另一个试验。</translation>
    </message>
    <message>
      <source>No baseline could be compared with: {names} have no score.</source>
      <translation>没有可比较的基线：{names}没有得分。</translation>
    </message>
    <message>
      <source>No class has as many rows as there are folds ({n_folds}); use fewer folds or more data.</source>
      <translation>没有任何类别的行数达到折数（{n_folds}）；请减少折数或增加数据。</translation>
    </message>
    <message>
      <source>No column can be used as an input: all are of other kinds, identifiers, constant or ignored; give one another role.</source>
      <translation>没有可用作输入的列：所有列都属于其他数据类型、是标识、恒定或被忽略；请为其中一列指定别的角色。</translation>
    </message>
    <message>
      <source>No column can be used as an input; give one the role numeric, categorical or date.</source>
      <translation>没有可作为输入的列；请将其中一列的角色设为数值、类别或日期。</translation>
    </message>
    <message>
      <source>No file can be written in the folder {folder} ({reason}); choose another one or change its permissions.</source>
      <translation>无法在文件夹 {folder} 中写入文件（{reason}）；请换一个文件夹，或更改其权限。</translation>
    </message>
    <message>
      <source>No finalists were asked for, so that there are no further repeats.</source>
      <translation>没有要求入围试验，所以没有更多重复。</translation>
    </message>
    <message>
      <source>No measurable loss on the folds: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.</source>
      <translation>各折上没有可测出的损失：文件 {size:+.0%}，单行 {one:+.0%}，256 行 {batch:+.0%}。</translation>
    </message>
    <message>
      <source>No network that was proposed is within the limits: widen them.</source>
      <translation>没有任何网络符合所设的限制：请放宽限制。</translation>
    </message>
    <message>
      <source>No network was trained to its end (trials that failed: {n_failed}, ruled out by limits: {n_out}, given up early: {n_pruned}).</source>
      <translation>没有网络训练完成（失败的试验：{n_failed}，因限制而排除：{n_out}，提前放弃：{n_pruned}）。</translation>
    </message>
    <message>
      <source>No network was trained to its end; of {n:,} trials {n_failed:,} failed, the last one so: {reason}</source>
      <translation>没有网络训练完成；{n:,} 次试验中有 {n_failed:,} 次失败，最后一次的原因：{reason}</translation>
    </message>
    <message>
      <source>No prediction for the rows of {file} is a number; the model may be damaged.</source>
      <translation>{file} 各行的预测都不是数字；模型可能已损坏。</translation>
    </message>
    <message>
      <source>No prediction of both bundles for the rows of {file} is a number; a model may be damaged.</source>
      <translation>对于 {file} 的各行，两个模型包没有一行的预测都是数字；可能有模型已损坏。</translation>
    </message>
    <message>
      <source>No row of {file} has a {column!r} that the model knows.</source>
      <translation>{file} 中没有任何一行的 {column!r} 是模型认识的。</translation>
    </message>
    <message>
      <source>No target column was chosen; choose the column to predict.</source>
      <translation>未选择目标列；请选择要预测的列。</translation>
    </message>
    <message>
      <source>No threshold is fitted for the metric {metric!r}, which does not depend on one; give a number, or search with one of {choices}.</source>
      <translation>指标 {metric!r} 不依赖阈值，因此不为它拟合阈值；请给出一个数值，或用以下指标之一搜索：{choices}。</translation>
    </message>
    <message>
      <source>No threshold was fitted for the variant {variant!r}; compress the trial again, or give a number.</source>
      <translation>没有为变体 {variant!r} 拟合阈值；请重新压缩该试验，或给出一个数值。</translation>
    </message>
    <message>
      <source>No worker process starts, so the study is paused: {reason} Close other programs or free memory, then resume it.</source>
      <translation>没有工作进程能够启动，因此研究已暂停：{reason} 请关闭其他程序或释放内存，然后继续。</translation>
    </message>
    <message>
      <source>None of the images of {file} can be read, for instance {name}: {reason}.</source>
      <translation>{file} 中没有一个图像可以读取，例如 {name}：{reason}。</translation>
    </message>
    <message>
      <source>Not shown to be worse than trial {best} on the same folds ({n:,}): {names}.</source>
      <translation>在相同的折上未显示差于试验 {best} 的（{n:,} 个）：{names}。</translation>
    </message>
    <message>
      <source>Not shown to differ from {name}: difference {difference}, 95 % interval {low} to {high}; better with a probability of {better}, the same {same}, worse {worse}.</source>
      <translation>未显示与{name}有差异：差值 {difference}，95% 区间 {low} 至 {high}；更好的概率 {better}，相当 {same}，更差 {worse}。</translation>
    </message>
    <message>
      <source>Not shown to overfit: its loss on validation rows is lowest, {valid}, at epoch {epoch}, and {valid_last} at the end, epoch {last}, which so few folds may give by chance. On training rows it is {train} and {train_last}.</source>
      <translation>未能证明过拟合：验证行上的损失在第 {epoch} 轮最低，为 {valid}，结束时（第 {last} 轮）为 {valid_last}，这么少的折可能只是偶然。训练行上的损失分别为 {train} 和 {train_last}。</translation>
    </message>
    <message>
      <source>Not shown to underfit: from epoch {late} to the last, {last}, its loss on validation rows fell from {valid_late} to {valid_last}, which so few folds may give by chance; a longer training would tell.</source>
      <translation>未能证明欠拟合：从第 {late} 轮到最后的第 {last} 轮，验证行上的损失从 {valid_late} 降到 {valid_last}，这么少的折可能只是偶然；训练更久才能判断。</translation>
    </message>
    <message>
      <source>Nothing can be served at {host}:{port}: {reason}; choose another --port, or --port 0 for a free one.</source>
      <translation>无法在 {host}:{port} 提供服务：{reason}；请换一个 --port，或用 --port 0 取空闲端口。</translation>
    </message>
    <message>
      <source>Nothing is gained here: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.</source>
      <translation>这里没有收益：文件 {size:+.0%}，单行 {one:+.0%}，256 行 {batch:+.0%}。</translation>
    </message>
    <message>
      <source>Of a network for one row, on one thread of this machine; slower ones are ruled out</source>
      <translation>网络在本机单线程上处理一行的时间；更慢的不予训练</translation>
    </message>
    <message>
      <source>Of a network's file in float32; larger ones are ruled out</source>
      <translation>网络 float32 文件的大小；更大的不予训练</translation>
    </message>
    <message>
      <source>Of a training process, as estimated; trials that need more are ruled out</source>
      <translation>训练进程的内存（估计值）；需要更多的试验不予训练</translation>
    </message>
    <message>
      <source>Of images: the part of the file names, counted from 1, that says the group: patient7_2.png has 3</source>
      <translation>图像：文件名中表示分组的部分，从 1 数起：patient7_2.png 有 3 部分</translation>
    </message>
    <message>
      <source>Of the best trials, how many are judged on three repeats of the folds at the end; 0 for none</source>
      <translation>最好的试验中，最后有多少个在折的三次重复上评判；0 表示没有</translation>
    </message>
    <message>
      <source>Of the data: table, image, text, or several such as table+text; auto is decided from the columns</source>
      <translation>数据类型：table、image、text，或多种如 table+text；auto 由各列决定</translation>
    </message>
    <message>
      <source>Of the file, for instance utf-8, gb18030, cp1252</source>
      <translation>文件的编码，例如 utf-8、gb18030、cp1252</translation>
    </message>
    <message>
      <source>Of the folds and the holdout, which another seed of training leaves as they are</source>
      <translation>用于折和留出集；更换训练种子不会改变它们</translation>
    </message>
    <message>
      <source>Of the search and the training</source>
      <translation>用于搜索和训练</translation>
    </message>
    <message>
      <source>Of the variant {variant!r} of trial {number} the scores are stored, not what it says of each row; export it (cupel export … --trial {number} --variant …), then audit the bundle on rows that it was not trained on (cupel audit BUNDLE --data FILE --by COLUMN).</source>
      <translation>试验 {number} 的变体 {variant!r} 只保存了得分，没有保存对每一行的预测；请先导出它（cupel export … --trial {number} --variant …），再用未参与训练的行审计该模型包（cupel audit BUNDLE --data FILE --by COLUMN）。</translation>
    </message>
    <message>
      <source>Of two classes: the one that f1, precision, recall and average precision are of; else the rarer one</source>
      <translation>两个类别中，f1、precision、recall 和 average precision 所针对的那一类；否则取较少的一类</translation>
    </message>
    <message>
      <source>On these folds, which are in question: {verdict}</source>
      <translation>在这些有疑问的划分上：{verdict}</translation>
    </message>
    <message>
      <source>One fold leaves no rows to fit a threshold on; give a number.</source>
      <translation>只有一折时没有可用于拟合阈值的行；请给出一个数值。</translation>
    </message>
    <message>
      <source>One trial was complete: {value}, 95 % interval {low} to {high} ({n_resamples:,} resamples of the rows). The pruned ones, {n_pruned:,}, do not take part, so that this is not corrected for having picked it.</source>
      <translation>只有一次试验完成：{value}，95 % 区间 {low} 至 {high}（对行重抽样 {n_resamples:,} 次）。被剪枝的 {n_pruned:,} 次不参与，因此此值未对挑选作校正。</translation>
    </message>
    <message>
      <source>Overfits after epoch {epoch}: by epoch {last} its loss on validation rows has risen from {valid} to {valid_last}, while that on training rows fell from {train} to {train_last}.</source>
      <translation>第 {epoch} 轮之后过拟合：到第 {last} 轮，验证行上的损失从 {valid} 升到 {valid_last}，而训练行上的损失从 {train} 降到 {train_last}。</translation>
    </message>
    <message>
      <source>Parameters</source>
      <translation>参数量</translation>
    </message>
    <message>
      <source>Part</source>
      <translation>部分</translation>
    </message>
    <message>
      <source>Part of name</source>
      <translation>文件名部分</translation>
    </message>
    <message>
      <source>Part {part} of the file names cannot be a group: all names must have as many parts, and these have {n} that all share.</source>
      <translation>文件名的第 {part} 部分不能作为分组：所有文件名的部分数必须相同，而这些文件名共有 {n} 个部分。</translation>
    </message>
    <message>
      <source>Parts of the rows, each of which judges the networks trained on the others</source>
      <translation>行分成的份数，每一份用来评判在其余份上训练的网络</translation>
    </message>
    <message>
      <source>Path</source>
      <translation>训练路径</translation>
    </message>
    <message>
      <source>Positive class</source>
      <translation>正类</translation>
    </message>
    <message>
      <source>Predicting the holdout took longer than {seconds} seconds.</source>
      <translation>预测留出集的时间超过了 {seconds} 秒。</translation>
    </message>
    <message>
      <source>Predictions are written as CSV; give {file} a name that ends in .csv.</source>
      <translation>预测以 CSV 写出；请给 {file} 一个以 .csv 结尾的名称。</translation>
    </message>
    <message>
      <source>Processes that train at once; as many as cores and memory allow where not given</source>
      <translation>同时训练的进程数；未指定时取决于核数和内存</translation>
    </message>
    <message>
      <source>Pruner</source>
      <translation>剪枝器</translation>
    </message>
    <message>
      <source>Quotes</source>
      <translation>引号</translation>
    </message>
    <message>
      <source>RAM, MB</source>
      <translation>内存 MB</translation>
    </message>
    <message>
      <source>Read as {encoding} text: delimiter {delimiter!r}, first row {header}, quotes {quote}, escapes {escape}, decimal sign {decimal!r}, thousands {thousands!r}, lines skipped: {n:,}.</source>
      <translation>按 {encoding} 文本读取：分隔符 {delimiter!r}，首行为{header}，引号 {quote}，转义 {escape}，小数点 {decimal!r}，千位分隔 {thousands!r}，跳过的行：{n:,}。</translation>
    </message>
    <message>
      <source>Read as {format} in {encoding} text: decimal sign {decimal!r}.</source>
      <translation>按 {encoding} 文本的 {format} 读取：小数点 {decimal!r}。</translation>
    </message>
    <message>
      <source>Repeats</source>
      <translation>重复次数</translation>
    </message>
    <message>
      <source>Rows are a list of dicts, such as [{{"age": 39}}], not {type}.</source>
      <translation>行是字典的列表，例如 [{{"age": 39}}]，而不是 {type}。</translation>
    </message>
    <message>
      <source>Rows left out because they have no {column!r}: {n:,} of {n_rows:,}.</source>
      <translation>{n_rows:,} 行中有 {n:,} 行没有 {column!r}，已略去。</translation>
    </message>
    <message>
      <source>Rows left out because they name no image: {n:,} of {n_rows:,}.</source>
      <translation>没有写明图像而被略去的行：{n_rows:,} 行中的 {n:,} 行。</translation>
    </message>
    <message>
      <source>Rows that are close in {column!r} are alike: a quick baseline has {metric} {chosen} on folds drawn at random, but {apart} where spans of time are left out with {gap:,} rows around them (always the same prediction: {constant}). If new rows will be later ones, scores on random folds are too good for them.</source>
      <translation>列 {column!r} 中时间相近的行彼此相似：快速基线在随机抽取的折上 {metric} 为 {chosen}，而把若干时间段连同其前后 {gap:,} 行一起留出时为 {apart}（始终给出同一预测：{constant}）。如果新行来自之后的时间，随机折上的得分对它们来说过于乐观。</translation>
    </message>
    <message>
      <source>Rows that are near-duplicates in their inputs: {n:,} of {n_rows:,}, in {n_sets:,} sets; each set stays on one side of every split.</source>
      <translation>输入近似重复的行：{n_rows:,} 行中有 {n:,} 行，共 {n_sets:,} 组；每组总在划分的同一侧。</translation>
    </message>
    <message>
      <source>Rows that equal another one in every input but not in {column!r}: {n:,}; no network can tell them apart.</source>
      <translation>有 {n:,} 行的所有输入与其他行相同，但 {column!r} 不同；没有网络能区分它们。</translation>
    </message>
    <message>
      <source>Rows that repeat another one (identifiers left aside): {n:,} of {n_rows:,}; a copy in another fold makes scores too good.</source>
      <translation>{n_rows:,} 行中有 {n:,} 行与其他行重复（不计标识符）；副本落入不同折会使得分虚高。</translation>
    </message>
    <message>
      <source>Rows that stand close to each other in the file are alike: a quick baseline has {metric} {chosen} on folds drawn at random, but {apart} where blocks of rows are left out with {gap:,} rows around them (always the same prediction: {constant}). If the rows follow one another, as days do, or belong together, scores on random folds are too good for new ones.</source>
      <translation>文件中位置相近的行彼此相似：快速基线在随机抽取的折上 {metric} 为 {chosen}，而把成块的行连同其前后 {gap:,} 行一起留出时为 {apart}（始终给出同一预测：{constant}）。如果各行像日期那样前后相继，或彼此相属，那么随机折上的得分对新行来说过于乐观。</translation>
    </message>
    <message>
      <source>Rows whose prediction is not a number and that are left out: {n:,}; the model may be damaged.</source>
      <translation>预测不是数字而被略去的行：{n:,}；模型可能已损坏。</translation>
    </message>
    <message>
      <source>Rows whose prediction is not a number, and that have an empty one: {n:,} (row {rows}); the model may be damaged.</source>
      <translation>预测不是数字而留空的行：{n:,}（第 {rows} 行）；模型可能已损坏。</translation>
    </message>
    <message>
      <source>Rows with more cells than the header: {n:,} (the first in line {row}); what is beyond was ignored.</source>
      <translation>有 {n:,} 行的单元格多于表头（首个在第 {row} 行）；多出的部分已忽略。</translation>
    </message>
    <message>
      <source>Rows with the same {column!r} are alike: a quick baseline has {metric} {chosen} on folds drawn at random, but {apart} where they are kept together (always the same prediction: {constant}). If new rows will have other values of {column!r}, scores on random folds are too good for them.</source>
      <translation>列 {column!r} 相同的行彼此相似：快速基线在随机抽取的折上 {metric} 为 {chosen}，而把它们放在一起时为 {apart}（始终给出同一预测：{constant}）。如果新行的 {column!r} 是其他值，随机折上的得分对它们来说过于乐观。</translation>
    </message>
    <message>
      <source>Rows without any text: {n:,} of {n_rows:,}; they are kept, and predicted as an empty text.</source>
      <translation>没有任何文本的行：{n_rows:,} 行中有 {n:,} 行；它们会保留，并按空文本预测。</translation>
    </message>
    <message>
      <source>Run beside other studies</source>
      <translation>与其他研究同时运行</translation>
    </message>
    <message>
      <source>Run beside other studies instead of waiting for them</source>
      <translation>与其他研究同时运行，而不等待它们结束</translation>
    </message>
    <message>
      <source>Same within, %</source>
      <translation>视为相同，%</translation>
    </message>
    <message>
      <source>Sampler</source>
      <translation>采样器</translation>
    </message>
    <message>
      <source>Score</source>
      <translation>得分</translation>
    </message>
    <message>
      <source>Score baselines first</source>
      <translation>先评估基线</translation>
    </message>
    <message>
      <source>Score simple predictors on the same folds</source>
      <translation>在相同的折上为简单预测器评分</translation>
    </message>
    <message>
      <source>Seed</source>
      <translation>随机种子</translation>
    </message>
    <message>
      <source>Serving needs the package {name}, which is not installed: pip install fastapi uvicorn.</source>
      <translation>提供服务需要软件包 {name}，它尚未安装：pip install fastapi uvicorn。</translation>
    </message>
    <message>
      <source>Smaller differences have no practical size: 0.005 of a score, or as a part of an error</source>
      <translation>更小的差异没有实际意义：分数的 0.005，或误差的相应比例</translation>
    </message>
    <message>
      <source>Some drift: the rows differ from those of the training data in {n:,} of {all:,} measured columns (stability index): {columns}.</source>
      <translation>有些漂移：{all:,} 项列度量中有 {n:,} 项与训练数据不同（稳定性指数）：{columns}。</translation>
    </message>
    <message>
      <source>Split</source>
      <translation>划分</translation>
    </message>
    <message>
      <source>Split seed</source>
      <translation>划分种子</translation>
    </message>
    <message>
      <source>Started</source>
      <translation>开始时间</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Stop at score</source>
      <translation>达到得分即停</translation>
    </message>
    <message>
      <source>Stored numbers are damaged or were written by a newer version of Cupel ({reason}); restore the workspace from a backup or update Cupel.</source>
      <translation>存储的数据已损坏，或由更新版本的 Cupel 写入（{reason}）；请从备份恢复工作区或更新 Cupel。</translation>
    </message>
    <message>
      <source>Strong drift: the rows are unlike those of the training data in {n:,} of {all:,} measured columns (stability index): {columns}. Scores of the training data do not hold for them.</source>
      <translation>强烈漂移：{all:,} 项列度量中有 {n:,} 项与训练数据明显不同（稳定性指数）：{columns}。在训练数据上得到的分数对这些行不成立。</translation>
    </message>
    <message>
      <source>Tags</source>
      <translation>标签</translation>
    </message>
    <message>
      <source>Task</source>
      <translation>任务</translation>
    </message>
    <message>
      <source>Texts that cannot be read, and have an empty row: {n:,} ({files}).</source>
      <translation>无法读取、对应行留空的文本：{n:,} 个（{files}）。</translation>
    </message>
    <message>
      <source>The backup {file} cannot be written ({reason}); choose another place.</source>
      <translation>无法写入备份 {file}（{reason}）；请换一个位置。</translation>
    </message>
    <message>
      <source>The baseline took too much of the time budget, so it was left out.</source>
      <translation>该基线占用的时间预算过多，已略去。</translation>
    </message>
    <message>
      <source>The baseline {name} has no params to change; choose a trial of a network.</source>
      <translation>基线 {name} 没有可更改的参数；请选择一个网络的试验。</translation>
    </message>
    <message>
      <source>The best network is better than every baseline.</source>
      <translation>最佳网络优于所有基线。</translation>
    </message>
    <message>
      <source>The best network is better than {names}; {missing} could not be compared with.</source>
      <translation>最佳网络优于{names}；无法与{missing}比较。</translation>
    </message>
    <message>
      <source>The best network is not shown to differ from {names}.</source>
      <translation>未显示最佳网络与{names}有差异。</translation>
    </message>
    <message>
      <source>The best network is not shown to differ from {undecided}, and the same as {same} for practical purposes.</source>
      <translation>未显示最佳网络与{undecided}有差异，与{same}实际上相当。</translation>
    </message>
    <message>
      <source>The best network is the same as {names} for practical purposes; the baseline may do.</source>
      <translation>最佳网络与{names}实际上相当；基线或许就够了。</translation>
    </message>
    <message>
      <source>The best network is worse than {names}; the baseline is the better choice.</source>
      <translation>最佳网络差于{names}；基线是更好的选择。</translation>
    </message>
    <message>
      <source>The budget leaves {left} seconds for the search; trials of these networks would take longer, and are cut short: {networks}.</source>
      <translation>预算给搜索留下 {left} 秒；下列网络的试验需要更久，会被提前截断：{networks}。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: its folds are in order, rows to come need not be like those of the folds, and errors of the past promise nothing of them.</source>
      <translation>此导出包没有预测区间：各折按先后顺序划分，将来的行未必与各折中的行相似，过去的误差不能为它们作保证。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: its networks are not those of the folds.</source>
      <translation>此导出包没有预测区间：它的网络不是各折的网络。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: the networks of the folds need columns that its model does not.</source>
      <translation>此导出包没有预测区间：各折的网络需要的某些列，模型本身并不使用。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: the networks of the folds were not kept; export trial {number} itself to have some.</source>
      <translation>此导出包没有预测区间：各折的网络没有保留；如需区间，请直接导出试验 {number}。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: the study has no folds.</source>
      <translation>此导出包没有预测区间：该研究没有分折。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: what a compressed form says of rows that it had not seen is not stored.</source>
      <translation>此导出包没有预测区间：压缩后的网络对未见过的行的预测没有保存。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: what is stored of the trial's predictions is not what its networks say.</source>
      <translation>此导出包没有预测区间：保存的试验预测与其网络给出的预测不一致。</translation>
    </message>
    <message>
      <source>The bundle has no prediction intervals: what trial {number} said of rows that its networks had not seen is not stored.</source>
      <translation>此导出包没有预测区间：试验 {number} 的网络对未见过的行的预测没有保存。</translation>
    </message>
    <message>
      <source>The bundle has no profile of its training rows, so that drift cannot be told; export it again.</source>
      <translation>导出包没有训练数据的概况，因此无法判断漂移；请重新导出。</translation>
    </message>
    <message>
      <source>The bundle reads the training file otherwise than the training did: row {row} of the file gives {found} instead of {expected}; nothing was exported.</source>
      <translation>部署包读取训练文件的方式与训练时不同：文件第 {row} 行得到 {found}，而不是 {expected}；未导出任何内容。</translation>
    </message>
    <message>
      <source>The bundle {folder} holds {file}, which its manifest does not name; move that file elsewhere.</source>
      <translation>导出包 {folder} 中有清单未列出的文件 {file}；请将该文件移走。</translation>
    </message>
    <message>
      <source>The bundle {folder} is not whole: its file {file} is missing.</source>
      <translation>导出包 {folder} 不完整：缺少文件 {file}。</translation>
    </message>
    <message>
      <source>The bundle {folder} was made by a newer version of Cupel ({version}); update Cupel to use it.</source>
      <translation>导出包 {folder} 由更新版本的 Cupel（{version}）生成；请更新 Cupel 后使用。</translation>
    </message>
    <message>
      <source>The bundle {folder}: the field {field!r} is {value!r} in manifest.json and {other!r} in schema.json; copy or export the bundle again.</source>
      <translation>模型包 {folder}：字段 {field!r} 在 manifest.json 中是 {value!r}，在 schema.json 中是 {other!r}；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file} cannot be read: {reason}.</source>
      <translation>无法读取模型包的文件 {file}：{reason}。</translation>
    </message>
    <message>
      <source>The bundle's file {file} does not hold the predictions of the sample rows; copy or export the bundle again.</source>
      <translation>模型包的文件 {file} 中没有样本行的预测；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file} has no field {field!r}; copy or export the bundle again.</source>
      <translation>模型包的文件 {file} 没有字段 {field!r}；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file} has no sample row; copy or export the bundle again.</source>
      <translation>模型包的文件 {file} 没有样本行；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file} has {n:,} bytes, more than the {most:,} that one of Cupel has; do not use this bundle.</source>
      <translation>模型包的文件 {file} 有 {n:,} 字节，超过 Cupel 的文件至多有的 {most:,} 字节；请勿使用该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file} is damaged ({reason}); copy or export the bundle again.</source>
      <translation>模型包的文件 {file} 已损坏（{reason}）；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file} is of {n:,} networks, and schema.json names the outputs of {m:,}; copy or export the bundle again.</source>
      <translation>模型包的文件 {file} 属于 {n:,} 个网络，而 schema.json 列出了 {m:,} 个网络的输出；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file} is {value}, not {wanted}; copy or export the bundle again.</source>
      <translation>模型包的文件 {file} 是 {value}，而不是 {wanted}；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundle's file {file}: the field {field!r} is {value}, not {wanted}; copy or export the bundle again.</source>
      <translation>模型包的文件 {file}：字段 {field!r} 是 {value}，而不是 {wanted}；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The bundles do not read the same rows of the data; compare them on another file.</source>
      <translation>两个导出包读到的行不同；请换一个文件比较。</translation>
    </message>
    <message>
      <source>The bundles have different classes: {label!r} is a class of only one of them.</source>
      <translation>两个导出包的类别不同：{label!r} 只是其中一个的类别。</translation>
    </message>
    <message>
      <source>The bundles predict different things: {first} is for {one}, {second} for {other}.</source>
      <translation>两个导出包预测的东西不同：{first} 用于 {one}，{second} 用于 {other}。</translation>
    </message>
    <message>
      <source>The certificate of the export to {path}</source>
      <translation>导出到 {path} 的证书</translation>
    </message>
    <message>
      <source>The classes of {column!r} are uneven: {value!r} has {n:,} of {n_rows:,} rows; accuracy alone will say little.</source>
      <translation>{column!r} 的类别不均衡：{value!r} 占 {n_rows:,} 行中的 {n:,} 行；仅看准确率意义有限。</translation>
    </message>
    <message>
      <source>The column {column!r} cannot be kept, as the predictions have one of that name.</source>
      <translation>列 {column!r} 无法保留，因为预测结果中有同名的列。</translation>
    </message>
    <message>
      <source>The column {column!r} has {n:,} different texts in {n_rows:,} rows; choose one with groups of rows.</source>
      <translation>列 {column!r} 在 {n_rows:,} 行中有 {n:,} 个不同的文本；请选择能把行分组的列。</translation>
    </message>
    <message>
      <source>The column {column!r} holds text; the model predicts numbers.</source>
      <translation>列 {column!r} 是文本，而模型预测的是数值。</translation>
    </message>
    <message>
      <source>The column {column!r} is the target; choose another one for the groups.</source>
      <translation>列 {column!r} 是目标列；请选择另一列来分组。</translation>
    </message>
    <message>
      <source>The conversion failed: {reason}</source>
      <translation>转换失败：{reason}</translation>
    </message>
    <message>
      <source>The conversion took longer than {seconds} seconds and was ended.</source>
      <translation>转换超过 {seconds} 秒，已被终止。</translation>
    </message>
    <message>
      <source>The copy {file} was damaged ({reason}), so it was deleted; `cupel doctor` says whether the database itself is sound, and if it is, copy it to another disk.</source>
      <translation>副本 {file} 已损坏（{reason}），因此已删除；请用 `cupel doctor` 检查数据库本身是否完好，若完好，请复制到另一个磁盘。</translation>
    </message>
    <message>
      <source>The data have a test part ({n:,} images); the holdout can be these ("test") or rows drawn at random.</source>
      <translation>数据自带测试部分（{n:,} 个图像）；留出集可以用它（“test”），也可以随机抽取。</translation>
    </message>
    <message>
      <source>The data need {size_gb} GB on the disk of {folder}, and {free_gb} GB are free; make room, choose smaller images, or set TMPDIR to a folder on a larger disk.</source>
      <translation>数据需要在 {folder} 所在磁盘上占用 {size_gb} GB，而剩余 {free_gb} GB；请腾出空间、选择更小的图像，或将 TMPDIR 设为更大磁盘上的文件夹。</translation>
    </message>
    <message>
      <source>The data set {name!r}</source>
      <translation>数据集 {name!r}</translation>
    </message>
    <message>
      <source>The database is damaged: {reason}</source>
      <translation>数据库已损坏：{reason}</translation>
    </message>
    <message>
      <source>The database lacks {name}; restore the workspace from a backup.</source>
      <translation>数据库缺少 {name}；请从备份恢复工作区。</translation>
    </message>
    <message>
      <source>The delimiter {delimiter!r} must be one ASCII character.</source>
      <translation>分隔符 {delimiter!r} 必须是一个 ASCII 字符。</translation>
    </message>
    <message>
      <source>The delimiter {delimiter!r} must be one character.</source>
      <translation>分隔符 {delimiter!r} 必须是一个字符。</translation>
    </message>
    <message>
      <source>The direction is {direction!r}; it must be maximize or minimize.</source>
      <translation>方向是 {direction!r}；它必须是 maximize 或 minimize。</translation>
    </message>
    <message>
      <source>The disk is full, so nothing more could be written to {file}; free some space and resume.</source>
      <translation>磁盘已满，无法再写入 {file}；请腾出空间后继续。</translation>
    </message>
    <message>
      <source>The disk of {folder} is full; free some space there, or choose another folder.</source>
      <translation>{folder} 所在磁盘已满；请腾出空间，或选择其他文件夹。</translation>
    </message>
    <message>
      <source>The disk of {folder} is full; free some space there, then compress again.</source>
      <translation>{folder} 所在的磁盘已满；请释放一些空间，然后重新压缩。</translation>
    </message>
    <message>
      <source>The engine process was killed; `cupel resume {study}` goes on from its trials.</source>
      <translation>引擎进程被终止；运行 `cupel resume {study}` 可从已有试验继续。</translation>
    </message>
    <message>
      <source>The export could not be written: {reason}</source>
      <translation>无法写出导出包：{reason}</translation>
    </message>
    <message>
      <source>The export to {path} has ended already; it cannot end twice.</source>
      <translation>导出到 {path} 的操作已经结束，不能再次结束。</translation>
    </message>
    <message>
      <source>The family {family!r} is for {its_kind} data, and these are {kind} data; choose from {choices}.</source>
      <translation>模型族 {family!r} 用于 {its_kind} 数据，而这里是 {kind} 数据；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>The file {file} is damaged: its bytes are not those that were stored; restore it from a backup, or delete it and run again what made it.</source>
      <translation>文件 {file} 已损坏：内容与存储时不一致；请从备份恢复，或删除后重新运行生成它的步骤。</translation>
    </message>
    <message>
      <source>The file {file} is missing from the workspace; restore it from a backup, or run again what made it.</source>
      <translation>工作区中缺少文件 {file}；请从备份恢复，或重新运行生成它的步骤。</translation>
    </message>
    <message>
      <source>The file {file} of the bundle {folder} has changed since it was made; export it again.</source>
      <translation>导出包 {folder} 的文件 {file} 在生成后被改动过；请重新导出。</translation>
    </message>
    <message>
      <source>The filter cannot be read at character {position}, {found!r}; quote text as "…".</source>
      <translation>筛选式在第 {position} 个字符处无法识别：{found!r}；文本请写成 "…"。</translation>
    </message>
    <message>
      <source>The filter cannot go on with {found!r} at character {position}; join with and or or.</source>
      <translation>筛选式在第 {position} 个字符处不能接 {found!r}；请用 and 或 or 连接条件。</translation>
    </message>
    <message>
      <source>The filter compares two values with each other; one side has to be the name of a column.</source>
      <translation>筛选式在比较两个值；其中一侧必须是列名。</translation>
    </message>
    <message>
      <source>The filter ends too early; a name, a number or a "text" is missing.</source>
      <translation>筛选式不完整；缺少列名、数字或 "文本"。</translation>
    </message>
    <message>
      <source>The filter has a value that is compared with nothing; write for instance value &gt; 0.9.</source>
      <translation>筛选式中有一个值没有比较对象；请写成例如 value &gt; 0.9。</translation>
    </message>
    <message>
      <source>The filter has {found!r} at character {position}; a name, number or "text" is needed there.</source>
      <translation>筛选式第 {position} 个字符处是 {found!r}；那里应为列名、数字或 "文本"。</translation>
    </message>
    <message>
      <source>The filter lacks a closing bracket; add ) at its end.</source>
      <translation>筛选式缺少右括号；请在末尾加上 )。</translation>
    </message>
    <message>
      <source>The filter names {name!r}, which no trial has; there are {choices}.</source>
      <translation>筛选式中的 {name!r} 不是任何试验的列；可用的有 {choices}。</translation>
    </message>
    <message>
      <source>The final model could not be made or scored on the holdout: {reason}</source>
      <translation>无法生成最终模型或在留出集上评分：{reason}</translation>
    </message>
    <message>
      <source>The first fold trains without the class {value!r}, which occurs only later.</source>
      <translation>第一折的训练不含类别 {value!r}，它只在后面出现。</translation>
    </message>
    <message>
      <source>The first {n} trials all failed, so the search was ended. The last one: {message}</source>
      <translation>最初的 {n} 个试验全部失败，搜索已结束。最后一个：{message}</translation>
    </message>
    <message>
      <source>The folder {folder} is not empty and is not a bundle; choose another one for the export.</source>
      <translation>文件夹 {folder} 不为空且不是导出包；请另选导出位置。</translation>
    </message>
    <message>
      <source>The folder {folder} takes no files; choose another one.</source>
      <translation>文件夹 {folder} 不能存放文件；请换一个文件夹。</translation>
    </message>
    <message>
      <source>The folds follow one another: the epoch of each is chosen by those before it, that of the first by the others.</source>
      <translation>各折先后相接：每一折的轮次由它之前的折选定，第一折的由其余各折选定。</translation>
    </message>
    <message>
      <source>The folds of this study were drawn by an older version, so there are no further repeats.</source>
      <translation>此研究的折由旧版本划分，因此没有更多重复。</translation>
    </message>
    <message>
      <source>The folds put {first} first, the holdout {second} ({theirs} against {ours}): they point to different winners.</source>
      <translation>按各折，{first}领先；按留出集，{second}领先（{theirs} 对 {ours}）：两者指向不同的胜者。</translation>
    </message>
    <message>
      <source>The forecast failed, some networks of the space may be too large: {reason}</source>
      <translation>预测失败，空间中的某些网络可能过大：{reason}</translation>
    </message>
    <message>
      <source>The forecast took longer than {seconds} s; the search itself can be started.</source>
      <translation>预估用时超过 {seconds} 秒；仍可直接开始搜索。</translation>
    </message>
    <message>
      <source>The gap is {value} rows; it must be at least {least}.</source>
      <translation>间隔为 {value} 行；至少应为 {least}。</translation>
    </message>
    <message>
      <source>The gp sampler needs PyTorch, which is not installed; choose tpe, or install cupel[gp].</source>
      <translation>gp 采样器需要 PyTorch，但尚未安装；请选择 tpe，或安装 cupel[gp]。</translation>
    </message>
    <message>
      <source>The holdout could not be predicted: {reason}</source>
      <translation>无法预测留出集：{reason}</translation>
    </message>
    <message>
      <source>The holdout is {value}; it must be a fraction from 0 to 0.9.</source>
      <translation>留出比例是 {value}；它必须在 0 到 0.9 之间。</translation>
    </message>
    <message>
      <source>The holdout puts the network first ({theirs} against {ours} of {first}), the folds {first}: they point to different winners.</source>
      <translation>按留出集，网络领先（{theirs} 对{first}的 {ours}）；按各折，{first}领先：两者指向不同的胜者。</translation>
    </message>
    <message>
      <source>The holdout {part!r} shares groups with the rows of the search (column {column!r}: {n:,} of {n_groups:,} groups, for instance {group!r}): its score may be too good. Draw the holdout as a fraction to keep groups apart.</source>
      <translation>留出集 {part!r} 与搜索所用的行有共同的组（列 {column!r}：{n_groups:,} 组中的 {n:,} 组，例如 {group!r}）：其得分可能虚高。如需把各组分开，请按比例划分留出集。</translation>
    </message>
    <message>
      <source>The image size is {value}; it must be from 2 to 512 pixels.</source>
      <translation>图像大小为 {value}；应在 2 到 512 像素之间。</translation>
    </message>
    <message>
      <source>The images held values from {low} to {high}; they are kept as 256 shades.</source>
      <translation>图像的数值从 {low} 到 {high}；已转为 256 级灰度保存。</translation>
    </message>
    <message>
      <source>The images held values from {low} to {high}; they are kept, and 65535 is white.</source>
      <translation>图像的数值从 {low} 到 {high}；数值原样保留，65535 为白色。</translation>
    </message>
    <message>
      <source>The images must be {width} × {height} pixels with {channels} channels.</source>
      <translation>图像必须为 {width} × {height} 像素、{channels} 个通道。</translation>
    </message>
    <message>
      <source>The images of {file} are {width} × {height} pixels, which is too small to see anything; give larger ones.</source>
      <translation>{file} 的图像只有 {width} × {height} 像素，太小而无法辨认；请提供更大的图像。</translation>
    </message>
    <message>
      <source>The job {id} has ended already; it cannot end twice.</source>
      <translation>作业 {id} 已经结束，不能再次结束。</translation>
    </message>
    <message>
      <source>The labels of {file} are not beside it; put the file of labels (…labels…idx1…) into the same folder.</source>
      <translation>{file} 旁边没有标签文件；请把标签文件（…labels…idx1…）放进同一文件夹。</translation>
    </message>
    <message>
      <source>The largest networks may need more memory than a worker may use; make the space smaller.</source>
      <translation>最大的网络所需内存可能超过单个工作进程的上限；请缩小搜索空间。</translation>
    </message>
    <message>
      <source>The level {level} is not between 0 and 1; give 0.9 for 90 %.</source>
      <translation>水平 {level} 不在 0 与 1 之间；90 % 请写 0.9。</translation>
    </message>
    <message>
      <source>The level {level} needs more rows than the {n:,} that the model learnt from; the highest is {most}.</source>
      <translation>水平 {level} 需要的行数多于模型学习所用的 {n:,} 行；最高为 {most}。</translation>
    </message>
    <message>
      <source>The limit of loss must be zero or more, rounds and time-out must be positive.</source>
      <translation>损失上限不能为负；轮数与时限必须为正。</translation>
    </message>
    <message>
      <source>The limit of the file size is {value} bytes; it must be at least {least}.</source>
      <translation>文件大小上限为 {value} 字节；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The limit of the latency is {value} ms; it must be more than 0.</source>
      <translation>延迟上限为 {value} 毫秒；它必须大于 0。</translation>
    </message>
    <message>
      <source>The limit of the memory is {value} bytes; it must be at least {least}.</source>
      <translation>内存上限为 {value} 字节；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The limit of the parameters is {value}; it must be at least {least}.</source>
      <translation>参数量上限为 {value}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The list of needed files is wrong in {n} places; `cupel doctor --clean` mends it.</source>
      <translation>所需文件的清单有 {n} 处错误；`cupel doctor --clean` 可修复。</translation>
    </message>
    <message>
      <source>The loss is {value!r}; for a {task} target choose one of {choices}.</source>
      <translation>损失函数为 {value!r}；对于 {task} 目标，请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>The manifest of the bundle {folder} names {file!r}, which is not a file of it; do not use this bundle.</source>
      <translation>导出包 {folder} 的清单中列出了 {file!r}，但它不是包内文件；请勿使用此导出包。</translation>
    </message>
    <message>
      <source>The manifest of the export to {path}</source>
      <translation>导出到 {path} 的清单</translation>
    </message>
    <message>
      <source>The manifest.json of the bundle {folder} is damaged ({reason}); copy or export the bundle again.</source>
      <translation>模型包 {folder} 的 manifest.json 已损坏（{reason}）；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The mean of several networks for each row, a smaller ensemble than the exported one, has {value}, 95 % interval {low} to {high}.</source>
      <translation>每行取多个网络的平均（比导出的集成更小的集成）为 {value}，95 % 区间 {low} 至 {high}。</translation>
    </message>
    <message>
      <source>The measures of the variant {variant!r}</source>
      <translation>变体 {variant!r} 的测量结果</translation>
    </message>
    <message>
      <source>The memory that is free now is enough for {n} of the {wanted} workers asked for, so no more are started; close other programs, or ask for fewer.</source>
      <translation>当前可用内存只够启动所要求的 {wanted} 个工作进程中的 {n} 个，因此不会启动更多；请关闭其他程序，或减少工作进程数。</translation>
    </message>
    <message>
      <source>The method of the variant {variant!r}</source>
      <translation>变体 {variant!r} 的方法</translation>
    </message>
    <message>
      <source>The metric {metric!r} does not fit a {task} target; choose one of {choices}.</source>
      <translation>指标 {metric!r} 不适用于 {task} 目标；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>The model in the format {format!r} gives {found} of type {type} for {n:,} rows, not {wanted} numbers as schema.json says; copy or export the bundle again.</source>
      <translation>格式为 {format!r} 的模型对 {n:,} 行给出 {found} 个类型为 {type} 的值，而不是 schema.json 所说的 {wanted} 个数字；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>The model of the bundle {folder} cannot be run: {reason}</source>
      <translation>模型包 {folder} 的模型无法运行：{reason}</translation>
    </message>
    <message>
      <source>The model of the bundle {folder} gave no prediction within {seconds} seconds; do not use this bundle.</source>
      <translation>模型包 {folder} 的模型在 {seconds} 秒内没有给出预测；请勿使用该模型包。</translation>
    </message>
    <message>
      <source>The model was trained on these rows, or most of them: their score flatters it. What to expect of new rows is on the bundle's card.</source>
      <translation>模型就是用这些行（或其中大部分）训练的：这个分数偏高。对新数据可期待的结果见模型包的说明卡。</translation>
    </message>
    <message>
      <source>The name of the file to write is empty; give one.</source>
      <translation>要写入的文件名为空；请填写文件名。</translation>
    </message>
    <message>
      <source>The network as it is could not be converted: {reason}</source>
      <translation>无法转换原网络：{reason}</translation>
    </message>
    <message>
      <source>The network gives something that is no number for row {row} of the sample, as {format} in {number_format}; choose another number format or another trial.</source>
      <translation>以 {format}、{number_format} 运行时，网络对样本第 {row} 行给出的结果不是数值；请选择其他数值格式或其他试验。</translation>
    </message>
    <message>
      <source>The network would have {n:,} parameters, more than the {most:,} allowed; it was not trained.</source>
      <translation>该网络将有 {n:,} 个参数，多于允许的 {most:,} 个；未进行训练。</translation>
    </message>
    <message>
      <source>The network would need a file of {n:,} bytes, more than the {most:,} allowed; it was not trained.</source>
      <translation>该网络的文件将有 {n:,} 字节，多于允许的 {most:,} 字节；未进行训练。</translation>
    </message>
    <message>
      <source>The network would take {n:.3g} ms for one row, more than the {most:.3g} ms allowed; it was not trained.</source>
      <translation>该网络处理一行需 {n:.3g} 毫秒，多于允许的 {most:.3g} 毫秒；未进行训练。</translation>
    </message>
    <message>
      <source>The networks could not be converted: {reason}</source>
      <translation>无法转换这些网络：{reason}</translation>
    </message>
    <message>
      <source>The networks could not be trained on: it took longer than {seconds} s.</source>
      <translation>网络无法继续训练：用时超过 {seconds} 秒。</translation>
    </message>
    <message>
      <source>The networks could not be trained on: {reason}</source>
      <translation>无法继续训练这些网络：{reason}</translation>
    </message>
    <message>
      <source>The networks of the variant {variant!r} were not kept; compress trial {number} again, then export it.</source>
      <translation>变体 {variant!r} 的网络没有保存；请重新压缩试验 {number}，然后再导出。</translation>
    </message>
    <message>
      <source>The nodes of the network form a circle.</source>
      <translation>网络的节点构成了环。</translation>
    </message>
    <message>
      <source>The number of epochs is {value}; it must be at least {least}.</source>
      <translation>轮数为 {value}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The number of finalists is {value}; it must be at least {least}.</source>
      <translation>入围试验数为 {value}；它至少须为 {least}。</translation>
    </message>
    <message>
      <source>The number of folds is {value}; it must be at least {least}.</source>
      <translation>折数为 {value}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The number of lines to skip is {value}; it must be at least {least}.</source>
      <translation>要跳过的行数为 {value}；至少应为 {least}。</translation>
    </message>
    <message>
      <source>The number of repeats is {value}; it must be at least {least}.</source>
      <translation>重复次数为 {value}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The number of trials is {value}; it must be at least {least}.</source>
      <translation>试验数为 {value}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The number of workers is {value}; it must be at least {least}.</source>
      <translation>工作进程数为 {value}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The objectives are {objectives}; they must be different ones, and the score among them.</source>
      <translation>目标为 {objectives}；它们必须各不相同，且其中须有得分（score）。</translation>
    </message>
    <message>
      <source>The part of the file name is {value}; it must be at least {least}.</source>
      <translation>文件名部分为 {value}；至少应为 {least}。</translation>
    </message>
    <message>
      <source>The positive class is {positive!r}, with {n:,} of {n_rows:,} rows: {metric} is of it. --positive CLASS says another one.</source>
      <translation>正类是 {positive!r}，占 {n_rows:,} 行中的 {n:,} 行：{metric} 针对它。用 --positive CLASS 可另行指定。</translation>
    </message>
    <message>
      <source>The positive class {value!r} is no class of the target; choose one of {choices}.</source>
      <translation>正类 {value!r} 不是目标的类别；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>The predictions would overwrite the data {file}; choose another file for them.</source>
      <translation>预测结果会覆盖数据文件 {file}；请为其另选文件。</translation>
    </message>
    <message>
      <source>The process that worked on this was ended from outside; start it again.</source>
      <translation>执行此任务的进程被外部终止；请重新开始。</translation>
    </message>
    <message>
      <source>The process that wrote this bundle was ended from outside; export it again.</source>
      <translation>写入此导出包的进程被外部终止；请重新导出。</translation>
    </message>
    <message>
      <source>The quantile is {value}; it must lie between 0 and 1.</source>
      <translation>分位数为 {value}；它必须介于 0 和 1 之间。</translation>
    </message>
    <message>
      <source>The region of practical equivalence is {value}; it must be a number from 0 to below 1.</source>
      <translation>实际等效区间为 {value}；它须是 0 到小于 1 的数。</translation>
    </message>
    <message>
      <source>The resampling takes {n:,} of {n_all:,} rows, drawn at random, so that it takes seconds; its intervals are scaled to all rows.</source>
      <translation>重抽样随机取 {n_all:,} 行中的 {n:,} 行，以便数秒完成；区间已换算到全部行。</translation>
    </message>
    <message>
      <source>The result of the study {study!r}</source>
      <translation>研究 {study!r} 的结果</translation>
    </message>
    <message>
      <source>The rows are files, which have no columns to keep; their names are kept in the column {column!r}.</source>
      <translation>各行是文件，没有可保留的列；它们的名称保留在列 {column!r} 中。</translation>
    </message>
    <message>
      <source>The rows are like those of the training data: no drift in {n:,} measured columns.</source>
      <translation>这些行与训练数据相似：{n:,} 项列度量均无漂移。</translation>
    </message>
    <message>
      <source>The rows are too few for {n_folds} folds in the order of the file with a gap of {gap:,} rows; use fewer folds, a smaller gap or a smaller holdout.</source>
      <translation>对于 {n_folds} 个按文件顺序、间隔 {gap:,} 行的折，行数太少；请减少折数、减小间隔或减小留出集。</translation>
    </message>
    <message>
      <source>The rows do not fit into the memory of a worker: they are streamed from the disk while networks train.</source>
      <translation>这些行放不进一个工作进程的内存：训练网络时会从磁盘流式读取。</translation>
    </message>
    <message>
      <source>The rows of the holdout have not been looked at.</source>
      <translation>留出集的行还没有被看过。</translation>
    </message>
    <message>
      <source>The rows of the holdout were looked at once, by the end of this search alone.</source>
      <translation>留出集的行只被查看过一次，即本次搜索结束时。</translation>
    </message>
    <message>
      <source>The rows of the holdout, or some of them, were looked at {n:,} times, over all studies, compressions, audits and exports of this workspace: whoever chooses by their scores makes them flatter.</source>
      <translation>留出集的行或其中一部分已被查看 {n:,} 次，包括此工作区的所有研究、压缩、审计和导出：按这些分数做选择会使它们偏高。</translation>
    </message>
    <message>
      <source>The rows with a target are too few ({n}) for {n_folds} folds; use fewer folds or more data.</source>
      <translation>有目标值的行太少（{n} 行），不足以分成 {n_folds} 折；请减少折数或增加数据。</translation>
    </message>
    <message>
      <source>The same as {name} for practical purposes: difference {difference}, 95 % interval {low} to {high}; better with a probability of {better}, the same {same}, worse {worse}.</source>
      <translation>与{name}实际上相当：差值 {difference}，95% 区间 {low} 至 {high}；更好的概率 {better}，相当 {same}，更差 {worse}。</translation>
    </message>
    <message>
      <source>The sampler {sampler} can aim at one objective only; choose one of {choices}.</source>
      <translation>采样器 {sampler} 只能有一个目标；请选择 {choices} 之一。</translation>
    </message>
    <message>
      <source>The search among compressed networks ended: it took longer than {seconds} s.</source>
      <translation>压缩网络的搜索已结束：用时超过 {seconds} 秒。</translation>
    </message>
    <message>
      <source>The search among compressed networks ended: {reason}</source>
      <translation>压缩方案的搜索已中止：{reason}</translation>
    </message>
    <message>
      <source>The search ends when a trial reaches this score</source>
      <translation>某次试验达到该分数时搜索结束</translation>
    </message>
    <message>
      <source>The search failed: {message}</source>
      <translation>搜索失败：{message}</translation>
    </message>
    <message>
      <source>The search has no end; set a number of trials, a time budget or a target score.</source>
      <translation>搜索没有终点；请设置试验次数、时间预算或目标得分。</translation>
    </message>
    <message>
      <source>The search of the study {study!r} ended without a model; search again with more time.</source>
      <translation>研究 {study!r} 的搜索结束时没有得到模型；请用更多时间重新搜索。</translation>
    </message>
    <message>
      <source>The search space has no table for the family {family!r}; add one, or leave the family out.</source>
      <translation>搜索空间中没有模型族 {family!r} 的表；请添加，或不选该模型族。</translation>
    </message>
    <message>
      <source>The search space is empty; it needs a table for each family, for instance [mlp.width].</source>
      <translation>搜索空间为空；每个模型族都需要一张表，例如 [mlp.width]。</translation>
    </message>
    <message>
      <source>The search space is not valid TOML: {error}.</source>
      <translation>搜索空间不是有效的 TOML：{error}。</translation>
    </message>
    <message>
      <source>The search space {file} cannot be read: {reason}.</source>
      <translation>无法读取搜索空间 {file}：{reason}。</translation>
    </message>
    <message>
      <source>The search was over before there was a worker for this trial.</source>
      <translation>在有工作进程可执行此试验之前，搜索已经结束。</translation>
    </message>
    <message>
      <source>The search was over before this baseline could be run.</source>
      <translation>在运行此基线之前，搜索已经结束。</translation>
    </message>
    <message>
      <source>The seed is {value}; it must be at least {least}.</source>
      <translation>随机种子为 {value}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>The seed of the split is {value}; it must be at least {least}.</source>
      <translation>划分种子为 {value}；至少应为 {least}。</translation>
    </message>
    <message>
      <source>The settings of the study {study!r} cannot be read: {reason}</source>
      <translation>无法读取研究 {study!r} 的设置：{reason}</translation>
    </message>
    <message>
      <source>The settings {file} cannot be read: {reason}</source>
      <translation>无法读取设置文件 {file}：{reason}</translation>
    </message>
    <message>
      <source>The sign around cells that hold the delimiter; none for none</source>
      <translation>包住含分隔符单元格的符号；none 表示没有</translation>
    </message>
    <message>
      <source>The sign before a quote within a quoted cell: a backslash; none where such a quote is doubled</source>
      <translation>引号单元格内引号之前的符号：反斜杠；若以双写引号表示则为 none</translation>
    </message>
    <message>
      <source>The stored splits are damaged: {reason}.</source>
      <translation>存储的划分已损坏：{reason}。</translation>
    </message>
    <message>
      <source>The stored table {file} cannot be read: {reason}.</source>
      <translation>无法读取存储的表 {file}：{reason}。</translation>
    </message>
    <message>
      <source>The study {name!r} has its split already; it is drawn only once.</source>
      <translation>研究 {name!r} 已有划分；划分只进行一次。</translation>
    </message>
    <message>
      <source>The study {name!r} is being stopped; ask for trials once it has stopped.</source>
      <translation>研究 {name!r} 正在停止；请在它停止后再请求试验。</translation>
    </message>
    <message>
      <source>The study {name!r} is being worked on; wait for the end of that, or cancel it, before it is deleted.</source>
      <translation>研究 {name!r} 正在被处理；请等它结束或取消后再删除。</translation>
    </message>
    <message>
      <source>The study {name!r} is running; stop it, or wait for its end, before it is deleted.</source>
      <translation>研究 {name!r} 正在运行；请先停止，或等它结束后再删除。</translation>
    </message>
    <message>
      <source>The study {name!r} is running; stop it, or wait for its end, before it is given more.</source>
      <translation>研究 {name!r} 正在运行；请先停止它或等它结束，再追加预算。</translation>
    </message>
    <message>
      <source>The study {study!r} has a trial number {number} already.</source>
      <translation>研究 {study!r} 已有编号为 {number} 的试验。</translation>
    </message>
    <message>
      <source>The study {study!r} has no complete trial of the families {families}: nothing is taken over.</source>
      <translation>研究 {study!r} 没有属于模型族 {families} 的已完成试验：不沿用任何内容。</translation>
    </message>
    <message>
      <source>The study {study!r} has no complete trial yet to audit.</source>
      <translation>研究 {study!r} 还没有可审计的已完成试验。</translation>
    </message>
    <message>
      <source>The study {study!r} has no complete trial yet to compress.</source>
      <translation>研究 {study!r} 还没有可压缩的已完成试验。</translation>
    </message>
    <message>
      <source>The study {study!r} has no complete trial yet to export.</source>
      <translation>研究 {study!r} 还没有可导出的已完成试验。</translation>
    </message>
    <message>
      <source>The study {study!r} has no complete trial yet; name one by --trial.</source>
      <translation>研究 {study!r} 还没有完成的试验；请用 --trial 指定一个。</translation>
    </message>
    <message>
      <source>The study {study!r} has no complete trial {number}.</source>
      <translation>研究 {study!r} 没有已完成的试验 {number}。</translation>
    </message>
    <message>
      <source>The study {study!r} has no final model yet; let its search end, or export one of its trials.</source>
      <translation>研究 {study!r} 还没有最终模型；请等待搜索结束，或导出其中一次试验。</translation>
    </message>
    <message>
      <source>The study {study!r} has no folds yet; start its search.</source>
      <translation>研究 {study!r} 还没有划分折；请先开始搜索。</translation>
    </message>
    <message>
      <source>The study {study!r} has no folds; create it anew.</source>
      <translation>研究 {study!r} 没有折；请重新创建。</translation>
    </message>
    <message>
      <source>The study {study!r} has no trial number {number}.</source>
      <translation>研究 {study!r} 没有编号为 {number} 的试验。</translation>
    </message>
    <message>
      <source>The study {study!r} is damaged: what is stored as its {column} (table studies, id {id}) cannot be read ({reason}); restore the workspace from a backup.</source>
      <translation>研究 {study!r} 已损坏：无法读取其存储的 {column}（表 studies，编号 {id}；{reason}）；请从备份恢复工作区。</translation>
    </message>
    <message>
      <source>The study {study!r} is done and found nothing. {why} Give it more: `cupel resume {id} --timeout 300` adds five minutes, `--trials 20` twenty trials.</source>
      <translation>研究 {study!r} 已结束，但没有找到结果。{why}请追加预算：`cupel resume {id} --timeout 300` 增加五分钟，`--trials 20` 增加二十次试验。</translation>
    </message>
    <message>
      <source>The study {study!r} is done; give it more with n_trials or timeout_s.</source>
      <translation>研究 {study!r} 已结束；请用 n_trials 或 timeout_s 追加预算。</translation>
    </message>
    <message>
      <source>The study {study!r} is done; to go on, give it more: `cupel resume {id} --timeout 300` adds five minutes, `--trials 20` twenty trials.</source>
      <translation>研究 {study!r} 已结束；要继续，请追加预算：`cupel resume {id} --timeout 300` 增加五分钟，`--trials 20` 增加二十次试验。</translation>
    </message>
    <message>
      <source>The study {study!r} is not running, so it cannot {request}.</source>
      <translation>研究 {study!r} 没有在运行，无法执行 {request}。</translation>
    </message>
    <message>
      <source>The study {study!r} is of other data; its best {n} parameter sets are tried first all the same.</source>
      <translation>研究 {study!r} 用的是其他数据；仍先尝试它最佳的 {n} 组参数。</translation>
    </message>
    <message>
      <source>The target score is {value}; it must be a number.</source>
      <translation>目标得分是 {value}；它必须是数字。</translation>
    </message>
    <message>
      <source>The target {column!r} has one class only, {value!r}, so there is nothing to predict; choose another column, or add rows of another class.</source>
      <translation>目标 {column!r} 只有一个类别 {value!r}，没有可预测的内容；请选择其他列，或加入其他类别的行。</translation>
    </message>
    <message>
      <source>The target {column!r} has {n:,} classes in {n_rows:,} rows; choose a column with fewer, or regression.</source>
      <translation>目标 {column!r} 在 {n_rows:,} 行中有 {n:,} 个类别；请选择类别更少的列，或改用回归。</translation>
    </message>
    <message>
      <source>The target {column!r} has {n:,} classes, not two; choose multiclass.</source>
      <translation>目标 {column!r} 有 {n:,} 个类别，而不是两个；请选择多分类。</translation>
    </message>
    <message>
      <source>The target {column!r} is a date; choose a column of numbers or classes.</source>
      <translation>目标 {column!r} 是日期；请选择数值列或类别列。</translation>
    </message>
    <message>
      <source>The target {column!r} is missing in every row; choose another target.</source>
      <translation>目标 {column!r} 在每一行都缺失；请选择其他目标。</translation>
    </message>
    <message>
      <source>The target {column!r} is text, for instance {value!r}, and cannot be a regression target; choose classification or another column.</source>
      <translation>目标 {column!r} 是文本（例如 {value!r}），不能作为回归目标；请选择分类或其他列。</translation>
    </message>
    <message>
      <source>The target {column!r} is {value} in every row, so there is nothing to predict; choose another column, or add rows with other values.</source>
      <translation>目标 {column!r} 在每一行都是 {value}，没有可预测的内容；请选择其他列，或加入取其他值的行。</translation>
    </message>
    <message>
      <source>The threshold is {value!r}; give a number between 0 and 1, or "tuned".</source>
      <translation>阈值为 {value!r}；请给出 0 与 1 之间的数值，或 "tuned"。</translation>
    </message>
    <message>
      <source>The time budget is {value} seconds; it must be more than 0.</source>
      <translation>时间预算是 {value} 秒；它必须大于 0。</translation>
    </message>
    <message>
      <source>The time budget was over in the middle of an epoch of this trial; allow more time.</source>
      <translation>时间预算在该试验的一轮训练中途耗尽；请延长时间。</translation>
    </message>
    <message>
      <source>The time is enough for few trials only; allow more time, or make the space smaller.</source>
      <translation>时间只够进行少量试验；请延长时间或缩小搜索空间。</translation>
    </message>
    <message>
      <source>The time is too short for a whole trial of any network here: starting, the final model and the export take about {end} seconds, and the quickest trial {quickest}; allow at least {least} seconds.</source>
      <translation>时间太短，这里任何网络都完成不了一次完整的试验：启动、最终模型和导出大约要 {end} 秒，最快的试验要 {quickest} 秒；请至少给 {least} 秒。</translation>
    </message>
    <message>
      <source>The time was too short: it was over before a first network was trained.</source>
      <translation>时间太短：还没训练出第一个网络，时间就用完了。</translation>
    </message>
    <message>
      <source>The trial could not be trained again: {reason}</source>
      <translation>该试验无法重新训练：{reason}</translation>
    </message>
    <message>
      <source>The trial gave no sign of life for too long; its worker process was ended.</source>
      <translation>该试验过久没有响应，其工作进程已被结束。</translation>
    </message>
    <message>
      <source>The trial is {value!r}; give its number or "best".</source>
      <translation>试验为 {value!r}；请给出其编号或 "best"。</translation>
    </message>
    <message>
      <source>The trial needed more memory than there is; choose smaller widths or batches, or fewer workers.</source>
      <translation>该试验所需内存超出可用内存；请减小宽度或批大小，或减少工作进程。</translation>
    </message>
    <message>
      <source>The trial to export is {value!r}; give its number or "best".</source>
      <translation>要导出的试验是 {value!r}；请给出试验编号或 "best"。</translation>
    </message>
    <message>
      <source>The variant {name!r} has ended already; it cannot end twice.</source>
      <translation>变体 {name!r} 已经结束，不能再次结束。</translation>
    </message>
    <message>
      <source>The variants could not be timed: it took longer than {seconds} s.</source>
      <translation>无法测量变体的用时：超过了 {seconds} 秒。</translation>
    </message>
    <message>
      <source>The variants could not be timed: {reason}</source>
      <translation>无法测量这些变体的耗时：{reason}</translation>
    </message>
    <message>
      <source>The worker process died while it ran this trial (killed, or out of memory).</source>
      <translation>工作进程在运行该试验时终止（被结束，或内存不足）。</translation>
    </message>
    <message>
      <source>The worker processes do not start: {reason}</source>
      <translation>工作进程无法启动：{reason}</translation>
    </message>
    <message>
      <source>The workspace was opened for reading only, so nothing can be changed in it.</source>
      <translation>工作区以只读方式打开，无法更改其中的内容。</translation>
    </message>
    <message>
      <source>The workspace {folder} cannot be used: there is a file where a folder is needed; choose another folder.</source>
      <translation>无法使用工作区 {folder}：需要文件夹的位置上有一个文件；请换一个文件夹。</translation>
    </message>
    <message>
      <source>The workspace {folder} cannot be written ({reason}); choose another folder or change its permissions.</source>
      <translation>无法写入工作区 {folder}（{reason}）；请换一个文件夹或更改其权限。</translation>
    </message>
    <message>
      <source>There are only {n} rows; scores will vary much by chance, use repeats.</source>
      <translation>只有 {n} 行；得分的随机波动会很大，请使用重复。</translation>
    </message>
    <message>
      <source>There are too few rows, or too few groups of them, to compare with {names}: nothing is decided.</source>
      <translation>行数或组数太少，无法与{names}比较：尚无定论。</translation>
    </message>
    <message>
      <source>There are two folds, so that the epoch of each is chosen by the other one alone.</source>
      <translation>只有两折，因此每一折的轮次仅由另一折选定。</translation>
    </message>
    <message>
      <source>There is no baseline to compare with.</source>
      <translation>没有可比较的基线。</translation>
    </message>
    <message>
      <source>There is no column {column!r} that says which rows are {part!r}; give the holdout as a fraction.</source>
      <translation>没有列 {column!r} 说明哪些行是 {part!r}；请用比例指定留出集。</translation>
    </message>
    <message>
      <source>There is no column {column!r}; the columns are {columns}.</source>
      <translation>没有列 {column!r}；现有列为 {columns}。</translation>
    </message>
    <message>
      <source>There is no file {file}; check the path, or whether it was moved.</source>
      <translation>没有文件 {file}；请检查路径，或它是否已被移动。</translation>
    </message>
    <message>
      <source>There is no folder {folder}; make it, or choose another one.</source>
      <translation>没有文件夹 {folder}；请创建它，或换一个文件夹。</translation>
    </message>
    <message>
      <source>There is no sample {name!r}; choose one of {choices}.</source>
      <translation>没有示例 {name!r}；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>There is no setting {name!r}; {hint}.</source>
      <translation>没有名为 {name!r} 的设置；{hint}。</translation>
    </message>
    <message>
      <source>There is no share of no rows.</source>
      <translation>没有行，就没有比例。</translation>
    </message>
    <message>
      <source>There is no study {name!r} in this workspace: it has none yet.</source>
      <translation>此工作区中没有研究 {name!r}：它还没有任何研究。</translation>
    </message>
    <message>
      <source>There is no study {name!r} in this workspace; it has {near}.</source>
      <translation>此工作区中没有研究 {name!r}；现有 {near}。</translation>
    </message>
    <message>
      <source>There is no study {name!r} in this workspace; similar names are {near}.</source>
      <translation>此工作区中没有研究 {name!r}；相近的名称有 {near}。</translation>
    </message>
    <message>
      <source>There is no workspace in {folder}; choose another folder or start a study there first.</source>
      <translation>{folder} 中没有工作区；请换一个文件夹，或先在那里启动一项研究。</translation>
    </message>
    <message>
      <source>There is no {what} with the id {id} in this workspace.</source>
      <translation>此工作区中没有 id 为 {id} 的 {what}。</translation>
    </message>
    <message>
      <source>There was no holdout to measure on how often intervals hold.</source>
      <translation>没有留出集，无法测量区间实际覆盖多少。</translation>
    </message>
    <message>
      <source>There was no time left for the export; it can be made at any time.</source>
      <translation>没有剩余时间导出；可以随时再导出。</translation>
    </message>
    <message>
      <source>There was no time to compare; the fold networks are kept as an ensemble.</source>
      <translation>没有时间进行比较；保留各折网络作为集成。</translation>
    </message>
    <message>
      <source>There was no time to judge finalists on further repeats of the folds.</source>
      <translation>没有时间在更多重复的折上评判入围试验。</translation>
    </message>
    <message>
      <source>There was one trial to pick: {value}, 95 % interval {low} to {high} ({n_resamples:,} resamples of the rows).</source>
      <translation>只有一个试验可选：{value}，95 % 区间 {low} 至 {high}（{n_resamples:,} 次行重采样）。</translation>
    </message>
    <message>
      <source>These folds need a column with the role {role}; give one column that role.</source>
      <translation>这种划分需要一个角色为 {role} 的列；请为某一列设置该角色。</translation>
    </message>
    <message>
      <source>These scores are of an older version: each fold kept its own best epoch, which is optimistic. They are not ranked with new ones.</source>
      <translation>这些分数来自旧版本：每一折保留各自的最佳轮次，因而偏乐观。它们不与新分数一起排名。</translation>
    </message>
    <message>
      <source>This bundle has no prediction intervals: it was made before there were any; export it again.</source>
      <translation>此导出包没有预测区间：它制作时还没有这项功能；请重新导出。</translation>
    </message>
    <message>
      <source>This bundle was made by a newer version of Cupel; use the predict.py that came with it.</source>
      <translation>此导出包由更新版本的 Cupel 生成；请使用随附的 predict.py。</translation>
    </message>
    <message>
      <source>This family of networks takes one input, of {kind} data; choose another for these columns.</source>
      <translation>该网络族只接受一种输入（{kind} 数据）；请为这些列选择别的族。</translation>
    </message>
    <message>
      <source>This variant could not be made: {reason}</source>
      <translation>无法生成此变体：{reason}</translation>
    </message>
    <message>
      <source>Thousands</source>
      <translation>千位分隔</translation>
    </message>
    <message>
      <source>Trainable parameters of a network; larger ones are ruled out before training</source>
      <translation>网络的可训练参数数；更大的在训练前排除</translation>
    </message>
    <message>
      <source>Training diverged: the loss became {loss} in epoch {epoch}; lower learning rates or another scaling usually help.</source>
      <translation>训练发散：第 {epoch} 轮的损失变为 {loss}；降低学习率或更换缩放方式通常会有帮助。</translation>
    </message>
    <message>
      <source>Training diverged: the validation loss became {loss} in epoch {epoch}; lower learning rates or another scaling usually help.</source>
      <translation>训练发散：第 {epoch} 轮的验证损失变为 {loss}；降低学习率或更换缩放方式通常会有帮助。</translation>
    </message>
    <message>
      <source>Training diverged: {error} Lower learning rates or another scaling usually help.</source>
      <translation>训练发散：{error} 降低学习率或更换缩放方式通常会有帮助。</translation>
    </message>
    <message>
      <source>Training the trial again took longer than {seconds} s and was given up.</source>
      <translation>重新训练该试验的用时超过 {seconds} 秒，已放弃。</translation>
    </message>
    <message>
      <source>Training would take about {n:,} bytes of memory, more than the {most:,} allowed; it was not done.</source>
      <translation>训练约需 {n:,} 字节内存，多于允许的 {most:,} 字节；未进行训练。</translation>
    </message>
    <message>
      <source>Trial</source>
      <translation>试验</translation>
    </message>
    <message>
      <source>Trial {best} and the baselines were judged on {n_repeats} repeats of the folds; its mean over all of them is {mean}.</source>
      <translation>试验 {best} 与各基线在折的 {n_repeats} 次重复上评判；它在全部重复上的均值为 {mean}。</translation>
    </message>
    <message>
      <source>Trial {number} has ended already ({state}); it cannot end twice.</source>
      <translation>试验 {number} 已经结束（{state}），不能再次结束。</translation>
    </message>
    <message>
      <source>Trial {number} has exactly these params, and its result would come again; change one of them, or take another seed.</source>
      <translation>试验 {number} 的参数与此完全相同，结果会重复；请更改其中一个，或换一个随机种子。</translation>
    </message>
    <message>
      <source>Trial {number} has no networks to compress: only complete trials that are no baselines have.</source>
      <translation>试验 {number} 没有可压缩的网络：只有已完成且不是基线的试验才有。</translation>
    </message>
    <message>
      <source>Trial {number} has no predictions of the rows that its networks had not seen; choose a complete one.</source>
      <translation>试验 {number} 没有对其网络未见过的行的预测；请选择已完成的试验。</translation>
    </message>
    <message>
      <source>Trial {number} has no variant {variant!r}; it has: {choices}. Compress it first.</source>
      <translation>试验 {number} 没有变体 {variant!r}；已有：{choices}。请先压缩。</translation>
    </message>
    <message>
      <source>Trial {number} is a baseline, which has no networks; choose another trial.</source>
      <translation>试验 {number} 是基线，没有网络；请选择其他试验。</translation>
    </message>
    <message>
      <source>Trial {number} is not complete, so it cannot be compared.</source>
      <translation>试验 {number} 未完成，因此无法比较。</translation>
    </message>
    <message>
      <source>Trial {number} is {state}, so it cannot be started.</source>
      <translation>试验 {number} 的状态是 {state}，无法启动。</translation>
    </message>
    <message>
      <source>Trial {number} is {state}; choose a complete one.</source>
      <translation>试验 {number} 的状态是 {state}；请选择已完成的试验。</translation>
    </message>
    <message>
      <source>Trials</source>
      <translation>试验</translation>
    </message>
    <message>
      <source>Trials at most; 50 where no other limit is set</source>
      <translation>最多试验次数；未设其他限制时为 50</translation>
    </message>
    <message>
      <source>Trials {first} and {second} were not scored in the same way: compare trials of one version.</source>
      <translation>试验 {first} 与 {second} 的评分方式不同：请比较同一版本的试验。</translation>
    </message>
    <message>
      <source>Two columns have the role {role}: {first!r} and {second!r}; choose one.</source>
      <translation>有两列的角色都是 {role}：{first!r} 和 {second!r}；请只保留一列。</translation>
    </message>
    <message>
      <source>Two folds leave no rows for a comparison; the fold networks are kept as an ensemble.</source>
      <translation>只有两折，没有可用于比较的数据；保留各折网络作为集成。</translation>
    </message>
    <message>
      <source>Two trials are compared: give --trial N beside --against M.</source>
      <translation>要比较两个试验：请在 --against M 之外给出 --trial N。</translation>
    </message>
    <message>
      <source>Underfits: it was still getting better when it ended. From epoch {late} to the last, {last}, its loss on validation rows fell from {valid_late} to {valid_last}; train it longer.</source>
      <translation>欠拟合：结束时仍在变好。从第 {late} 轮到最后的第 {last} 轮，验证行上的损失从 {valid_late} 降到 {valid_last}；请训练更久。</translation>
    </message>
    <message>
      <source>Unknown model family {family!r}; choose one of {choices}.</source>
      <translation>未知的模型族 {family!r}；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>Unknown study setting {name!r}; this study may come from a newer version of Cupel.</source>
      <translation>未知的研究设置 {name!r}；此研究可能来自更新版本的 Cupel。</translation>
    </message>
    <message>
      <source>Values of {column!r} that lie far from the others: {n:,}, for instance {value}; robust or quantile scaling bears them.</source>
      <translation>{column!r} 有 {n:,} 个值远离其他值，例如 {value}；稳健缩放或分位数缩放可以应对。</translation>
    </message>
    <message>
      <source>Wall clock, with final fit and export inside</source>
      <translation>实际经过的时间，含最终拟合与导出</translation>
    </message>
    <message>
      <source>What chooses the next trial</source>
      <translation>由什么选择下一次试验</translation>
    </message>
    <message>
      <source>What gives up trials early</source>
      <translation>由什么提前放弃试验</translation>
    </message>
    <message>
      <source>What is known of trial {number}</source>
      <translation>试验 {number} 的记录</translation>
    </message>
    <message>
      <source>What is predicted; auto is decided from the target</source>
      <translation>预测的任务；auto 由目标列决定</translation>
    </message>
    <message>
      <source>What sets groups of three digits apart, beside blanks and apostrophes</source>
      <translation>除空格和撇号外，隔开三位数字组的符号</translation>
    </message>
    <message>
      <source>What trials are judged by</source>
      <translation>评判试验的依据</translation>
    </message>
    <message>
      <source>Whether the first row holds the names of the columns</source>
      <translation>首行是否为列名</translation>
    </message>
    <message>
      <source>With a decision threshold that is fitted anew in every resample it is {value}, 95 % interval {low} to {high}.</source>
      <translation>若在每次重采样中重新拟合判定阈值，则为 {value}，95 % 区间 {low} 至 {high}。</translation>
    </message>
    <message>
      <source>With time and order: rows left out between training and validation, and before the holdout</source>
      <translation>time 和 order：训练与验证之间、以及留出集之前略去的行数</translation>
    </message>
    <message>
      <source>Workers</source>
      <translation>工作进程</translation>
    </message>
    <message>
      <source>Worse than {name}: difference {difference}, 95 % interval {low} to {high}; better with a probability of {better}, the same {same}, worse {worse}.</source>
      <translation>差于{name}：差值 {difference}，95% 区间 {low} 至 {high}；更好的概率 {better}，相当 {same}，更差 {worse}。</translation>
    </message>
    <message>
      <source>You skipped this trial.</source>
      <translation>您跳过了该试验。</translation>
    </message>
    <message>
      <source>`cupel desktop` makes a menu entry on Linux; this is {system}.</source>
      <translation>`cupel desktop` 在 Linux 上创建菜单项；当前系统是 {system}。</translation>
    </message>
    <message>
      <source>automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>better</source>
      <translation>更好</translation>
    </message>
    <message>
      <source>data</source>
      <translation>数据</translation>
    </message>
    <message>
      <source>it holds no graph</source>
      <translation>其中没有计算图</translation>
    </message>
    <message>
      <source>it is Parquet, whose cells are no text</source>
      <translation>它是 Parquet 文件，单元格不是文本</translation>
    </message>
    <message>
      <source>it is no list of words</source>
      <translation>它不是词语列表</translation>
    </message>
    <message>
      <source>it is packed in a way that needs a package to unpack</source>
      <translation>它的压缩方式需要额外的软件包才能解压</translation>
    </message>
    <message>
      <source>it is too large</source>
      <translation>文件太大</translation>
    </message>
    <message>
      <source>its parts are of other types</source>
      <translation>其各部分的类型不对</translation>
    </message>
    <message>
      <source>its pixels are fractions; save it with 8 or 16 bits</source>
      <translation>其像素是小数；请保存为 8 位或 16 位</translation>
    </message>
    <message>
      <source>its pixels go beyond 16 bits</source>
      <translation>其像素超出 16 位</translation>
    </message>
    <message>
      <source>its rows are files</source>
      <translation>它的每一行是一个文件</translation>
    </message>
    <message>
      <source>max_onehot is {value}; it must be at least 1.</source>
      <translation>max_onehot 是 {value}；它至少为 1。</translation>
    </message>
    <message>
      <source>min_frequency is {value}; it must be at least 0.</source>
      <translation>min_frequency 是 {value}；它至少为 0。</translation>
    </message>
    <message>
      <source>ms a row</source>
      <translation>毫秒/行</translation>
    </message>
    <message>
      <source>n_bins is {value}; it must be from 2 to 256.</source>
      <translation>n_bins 是 {value}；它必须在 2 到 256 之间。</translation>
    </message>
    <message>
      <source>names</source>
      <translation>列名</translation>
    </message>
    <message>
      <source>no file is named</source>
      <translation>没有给出文件名</translation>
    </message>
    <message>
      <source>none</source>
      <translation>无</translation>
    </message>
    <message>
      <source>not shown to differ</source>
      <translation>未显示有差异</translation>
    </message>
    <message>
      <source>parts are missing</source>
      <translation>缺少部分内容</translation>
    </message>
    <message>
      <source>predict.py needs {name}: pip install -r requirements.txt</source>
      <translation>predict.py 需要 {name}：pip install -r requirements.txt</translation>
    </message>
    <message>
      <source>the data are no single file, or it is no longer there</source>
      <translation>数据不是单个文件，或该文件已不存在</translation>
    </message>
    <message>
      <source>the file cannot be read: {reason}</source>
      <translation>无法读取该文件：{reason}</translation>
    </message>
    <message>
      <source>the file was changed after it had been read</source>
      <translation>该文件在读取之后被修改过</translation>
    </message>
    <message>
      <source>the same for practical purposes</source>
      <translation>实际上相同</translation>
    </message>
    <message>
      <source>there is no such file</source>
      <translation>没有这个文件</translation>
    </message>
    <message>
      <source>worse</source>
      <translation>更差</translation>
    </message>
    <message>
      <source>{encoding!r} is not a known encoding; use utf-8, gb18030 or latin-1, for instance.</source>
      <translation>{encoding!r} 不是已知的编码；可用例如 utf-8、gb18030 或 latin-1。</translation>
    </message>
    <message>
      <source>{family} must be a table of parameters.</source>
      <translation>{family} 必须是一张参数表。</translation>
    </message>
    <message>
      <source>{family}.start has {name!r}, which is no parameter of the space.</source>
      <translation>{family}.start 中的 {name!r} 不是搜索空间的参数。</translation>
    </message>
    <message>
      <source>{family}.start must be a list of tables, for instance [{{ width = 64 }}].</source>
      <translation>{family}.start 必须是由表组成的列表，例如 [{{ width = 64 }}]。</translation>
    </message>
    <message>
      <source>{file} ({size}) unfolds to more than {most}, which is too much for a packed file; unpack it and give what is in it, if it is what you mean.</source>
      <translation>{file}（{size}）解压后超过 {most}，对压缩文件来说太大；如果确实要用它，请先解压，再给出其中的文件。</translation>
    </message>
    <message>
      <source>{file} belongs to another program; choose another folder as the workspace.</source>
      <translation>{file} 属于其他程序；请另选文件夹作为工作区。</translation>
    </message>
    <message>
      <source>{file} cannot be loaded ({reason}); copy or export the bundle again.</source>
      <translation>无法加载 {file}（{reason}）；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file} cannot be opened or read ({reason}); check that its disk is there and can be written.</source>
      <translation>无法打开或读取 {file}（{reason}）；请检查其所在磁盘是否存在且可写。</translation>
    </message>
    <message>
      <source>{file} cannot be read as a table with delimiter {delimiter!r}: {reason}; check delimiter and quoting.</source>
      <translation>无法以分隔符 {delimiter!r} 将 {file} 读作表格：{reason}；请检查分隔符和引号设置。</translation>
    </message>
    <message>
      <source>{file} cannot be read: {reason}.</source>
      <translation>无法读取 {file}：{reason}。</translation>
    </message>
    <message>
      <source>{file} cannot be written: {reason}.</source>
      <translation>无法写入 {file}：{reason}。</translation>
    </message>
    <message>
      <source>{file} cannot be written; change its permissions or choose another workspace.</source>
      <translation>无法写入 {file}；请更改其权限或另选工作区。</translation>
    </message>
    <message>
      <source>{file} could not be updated: some of its rows ({count:,}) point to nothing; it was left as it was, restore it from a backup.</source>
      <translation>无法更新 {file}：其中有 {count:,} 行指向不存在的内容；文件保持原样，请从备份恢复。</translation>
    </message>
    <message>
      <source>{file} does not say how it is to be written; let it end in {endings}.</source>
      <translation>{file} 没有说明如何写入；请让它以 {endings} 结尾。</translation>
    </message>
    <message>
      <source>{file} does not say which schema it has ({found!r}); restore it from a backup beside it.</source>
      <translation>{file} 没有说明其结构版本（{found!r}）；请用其旁边的备份恢复。</translation>
    </message>
    <message>
      <source>{file} fails on the rows ({reason}); the model is damaged, copy or export the bundle again.</source>
      <translation>{file} 无法处理这些行（{reason}）；模型已损坏，请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file} has a row of more than {most}; is a quote that opens a cell never closed? Read it without quotes (--quote none), or mend it.</source>
      <translation>{file} 有一行超过 {most}；是否有单元格开头的引号从未关闭？请不按引号读取（--quote none），或修正它。</translation>
    </message>
    <message>
      <source>{file} has a single column, {column!r}; a table needs a target and at least one more column (is the delimiter right?).</source>
      <translation>{file} 只有一列 {column!r}；表格需要目标列和至少另外一列（分隔符是否正确？）。</translation>
    </message>
    <message>
      <source>{file} has a single column; a table needs a target and at least one more column (give the delimiter if it is an unusual one).</source>
      <translation>{file} 只有一列；表格需要目标列和至少另外一列（若分隔符不常见，请指定）。</translation>
    </message>
    <message>
      <source>{file} has an input {name!r} that schema.json does not name; copy or export the bundle again.</source>
      <translation>{file} 有一个 schema.json 未列出的输入 {name!r}；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file} has column names but no rows; choose a file with data.</source>
      <translation>{file} 有列名但没有数据行；请选择有数据的文件。</translation>
    </message>
    <message>
      <source>{file} has more than {most:,} operations, which no network of Cupel with {n_inputs:,} columns has; do not use this bundle.</source>
      <translation>{file} 有超过 {most:,} 个运算，Cupel 的 {n_inputs:,} 列的网络不会有这么多；请勿使用该模型包。</translation>
    </message>
    <message>
      <source>{file} has no column of paths of images ({formats}) that are there.</source>
      <translation>{file} 中没有一列是确实存在的图像（{formats}）的路径。</translation>
    </message>
    <message>
      <source>{file} has no column of paths of images ({formats}).</source>
      <translation>{file} 没有图像路径（{formats}）的列。</translation>
    </message>
    <message>
      <source>{file} has no column {column!r} to keep; its columns are {columns}.</source>
      <translation>{file} 没有要保留的列 {column!r}；它的列是 {columns}。</translation>
    </message>
    <message>
      <source>{file} has no column {column!r}; its columns are {columns}.</source>
      <translation>{file} 没有列 {column!r}；其列为 {columns}。</translation>
    </message>
    <message>
      <source>{file} has no file of images beside it (…images…idx3…); put both into one folder.</source>
      <translation>{file} 旁边没有图像文件（…images…idx3…）；请把两者放进同一文件夹。</translation>
    </message>
    <message>
      <source>{file} has no images in sub-folders; put the images ({formats}) of each class into a folder of its own.</source>
      <translation>{file} 的子文件夹中没有图像；请把每个类别的图像（{formats}）放进各自的文件夹。</translation>
    </message>
    <message>
      <source>{file} has no input {name!r}, which schema.json names; copy or export the bundle again.</source>
      <translation>{file} 没有 schema.json 列出的输入 {name!r}；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file} has no row that can be read.</source>
      <translation>{file} 中没有可读取的行。</translation>
    </message>
    <message>
      <source>{file} has no rows; choose a file with data.</source>
      <translation>{file} 没有数据行；请选择有数据的文件。</translation>
    </message>
    <message>
      <source>{file} has no text in the .txt files of its sub-folders; each sub-folder is a class, each file a text.</source>
      <translation>{file} 的子文件夹中的 .txt 文件没有文本；每个子文件夹是一个类别，每个文件是一段文本。</translation>
    </message>
    <message>
      <source>{file} has the arrays {arrays}; it needs x and y, or x_train, y_train, x_test and y_test.</source>
      <translation>{file} 含有数组 {arrays}；需要 x 和 y，或 x_train、y_train、x_test 和 y_test。</translation>
    </message>
    <message>
      <source>{file} has the setting {name!r}, which `cupel search` does not know; {hint}.</source>
      <translation>{file} 中的设置 {name!r} 是 `cupel search` 不认识的；{hint}。</translation>
    </message>
    <message>
      <source>{file} has {n:,} images and {labels} has {n_labels:,} labels; they do not belong together.</source>
      <translation>{file} 有 {n:,} 个图像，而 {labels} 有 {n_labels:,} 个标签；两者不匹配。</translation>
    </message>
    <message>
      <source>{file} has {n:,} images and {n_labels:,} labels in its part {part}; they do not belong together.</source>
      <translation>{file} 的 {part} 部分有 {n:,} 个图像和 {n_labels:,} 个标签；两者不匹配。</translation>
    </message>
    <message>
      <source>{file} has {n:,} outputs, not one; copy or export the bundle again.</source>
      <translation>{file} 有 {n:,} 个输出，而不是一个；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file} has {n_cells} cells a row, but the training data had {n_columns}; give the same columns in the same order, or a header with their names.</source>
      <translation>{file} 每行有 {n_cells} 个单元格，而训练数据有 {n_columns} 个；请以相同顺序给出相同的列，或提供列名表头。</translation>
    </message>
    <message>
      <source>{file} holds Python objects, which could run code and are not read; save its arrays as numbers or texts.</source>
      <translation>{file} 含有 Python 对象，它们可能运行代码，因此不读取；请把其中的数组保存为数字或文本。</translation>
    </message>
    <message>
      <source>{file} holds arrays (HDF5, MATLAB or NumPy), not a table of text; write the table in it as CSV or Parquet and give that.</source>
      <translation>{file} 存的是数组（HDF5、MATLAB 或 NumPy），不是文本表格；请把其中的表格写成 CSV 或 Parquet 再提供。</translation>
    </message>
    <message>
      <source>{file} holds both sides of a merge that Git could not do (&lt;&lt;&lt;&lt;&lt;&lt;&lt;); settle it first.</source>
      <translation>{file} 里有 Git 未能完成的合并的两侧内容（&lt;&lt;&lt;&lt;&lt;&lt;&lt;）；请先解决冲突。</translation>
    </message>
    <message>
      <source>{file} holds dictionaries as Python prints them, which are no JSON; write them with json.dumps, one a line.</source>
      <translation>{file} 里是 Python 打印出来的字典，不是 JSON；请用 json.dumps 写出，每行一个。</translation>
    </message>
    <message>
      <source>{file} holds no images ({formats}).</source>
      <translation>{file} 中没有图像（{formats}）。</translation>
    </message>
    <message>
      <source>{file} holds no images.</source>
      <translation>{file} 中没有图像。</translation>
    </message>
    <message>
      <source>{file} holds no texts: no file in it ends in .txt.</source>
      <translation>{file} 中没有文本：没有以 .txt 结尾的文件。</translation>
    </message>
    <message>
      <source>{file} holds {what}, which no network of Cupel has; do not use this bundle.</source>
      <translation>{file} 含有 {what}，Cupel 的网络都没有；请勿使用该模型包。</translation>
    </message>
    <message>
      <source>{file} is JSON that cannot be read: {reason} in line {row}; mend it, or download it again.</source>
      <translation>{file} 是无法读取的 JSON：第 {row} 行 {reason}；请修正，或重新下载。</translation>
    </message>
    <message>
      <source>{file} is JSON that is nested too deeply (line {row}).</source>
      <translation>{file} 是嵌套过深的 JSON（第 {row} 行）。</translation>
    </message>
    <message>
      <source>{file} is JSON whose objects have more than {most:,} names together, which are no columns of a table; give a list of objects with the same names.</source>
      <translation>{file} 是 JSON，其各对象共有超过 {most:,} 个名称，它们不可能是表格的列；请提供名称相同的对象列表。</translation>
    </message>
    <message>
      <source>{file} is JSON with both objects and lists as rows (line {row}); give one of them.</source>
      <translation>{file} 是 JSON，其中的行既有对象又有列表（第 {row} 行）；请只用一种。</translation>
    </message>
    <message>
      <source>{file} is JSON without rows; choose a file with data.</source>
      <translation>{file} 是没有行的 JSON；请选择有数据的文件。</translation>
    </message>
    <message>
      <source>{file} is JSON, but no table (line {row}); give a list of objects with the same names, or one object a line.</source>
      <translation>{file} 是 JSON，但不是表格（第 {row} 行）；请提供名称相同的对象列表，或每行一个对象。</translation>
    </message>
    <message>
      <source>{file} is a Feather file; write it as Parquet or CSV and give that.</source>
      <translation>{file} 是 Feather 文件；请写成 Parquet 或 CSV 再提供。</translation>
    </message>
    <message>
      <source>{file} is a Numbers workbook: export its sheet as CSV (File &gt; Export To) and give that.</source>
      <translation>{file} 是 Numbers 工作簿：请把工作表导出为 CSV（文件 &gt; 导出为）再提供。</translation>
    </message>
    <message>
      <source>{file} is a PDF document, not a table; get the data that it shows as CSV.</source>
      <translation>{file} 是 PDF 文档，不是表格；请取得其中数据的 CSV。</translation>
    </message>
    <message>
      <source>{file} is a Parquet file; write it as CSV, or predict it with `cupel predict`.</source>
      <translation>{file} 是 Parquet 文件；请写成 CSV，或用 `cupel predict` 预测。</translation>
    </message>
    <message>
      <source>{file} is a Python pickle, which may run anything when it is read; write it as CSV or Parquet.</source>
      <translation>{file} 是 Python pickle，读取时可能运行任何代码；请写成 CSV 或 Parquet。</translation>
    </message>
    <message>
      <source>{file} is a ZIP archive of {n:,} files ({files}); unpack it and give the table that is meant.</source>
      <translation>{file} 是含 {n:,} 个文件（{files}）的 ZIP 压缩包；请解压并提供所指的表格。</translation>
    </message>
    <message>
      <source>{file} is a binary file, not a table; choose a CSV, JSON or Parquet file.</source>
      <translation>{file} 是二进制文件，不是表格；请选择 CSV、JSON 或 Parquet 文件。</translation>
    </message>
    <message>
      <source>{file} is a document of a word processor, not a table; save it as plain text.</source>
      <translation>{file} 是文字处理软件的文档，不是表格；请另存为纯文本。</translation>
    </message>
    <message>
      <source>{file} is a document of an old office program, such as an Excel workbook (.xls): save its sheet as CSV (File &gt; Save As) and give that.</source>
      <translation>{file} 是旧版办公软件的文档，例如 Excel 工作簿（.xls）：请把工作表存为 CSV（文件 &gt; 另存为）再提供。</translation>
    </message>
    <message>
      <source>{file} is a document, not a table; give its table as CSV.</source>
      <translation>{file} 是文档，不是表格；请以 CSV 提供其中的表格。</translation>
    </message>
    <message>
      <source>{file} is a file of a statistics program (SPSS, SAS, Stata or R), not a table of text; export it as CSV there and give that.</source>
      <translation>{file} 是统计软件（SPSS、SAS、Stata 或 R）的文件，不是文本表格；请在该软件中导出为 CSV 再提供。</translation>
    </message>
    <message>
      <source>{file} is a folder without images or texts in sub-folders, one for each class; choose such a folder, or a CSV, JSON or Parquet file.</source>
      <translation>{file} 是一个文件夹，但子文件夹（每类一个）中没有图像或文本；请选择这样的文件夹，或 CSV、JSON、Parquet 文件。</translation>
    </message>
    <message>
      <source>{file} is a folder; a bundle for images is audited on a table of their paths, targets and groups.</source>
      <translation>{file} 是文件夹；图像模型包要用包含图像路径、目标和分组的表格来审计。</translation>
    </message>
    <message>
      <source>{file} is a picture, not a table; give a folder with a folder of pictures for each class, or a table with a column of their paths.</source>
      <translation>{file} 是一张图片，不是表格；请提供每类图片各有一个子文件夹的文件夹，或带有图片路径列的表格。</translation>
    </message>
    <message>
      <source>{file} is a pointer of DVC, not the data themselves; get them with `dvc pull` in its repository.</source>
      <translation>{file} 是 DVC 的指针，不是数据本身；请在其仓库中用 `dvc pull` 取得数据。</translation>
    </message>
    <message>
      <source>{file} is a pointer of Git LFS, not the data themselves; get them with `git lfs pull` in its repository.</source>
      <translation>{file} 是 Git LFS 的指针，不是数据本身；请在其仓库中用 `git lfs pull` 取得数据。</translation>
    </message>
    <message>
      <source>{file} is a pointer of git-annex, not the data themselves; get them with `git annex get` in its repository.</source>
      <translation>{file} 是 git-annex 的指针，不是数据本身；请在其仓库中用 `git annex get` 取得数据。</translation>
    </message>
    <message>
      <source>{file} is an ARFF file whose line {row} is no attribute: {value!r}.</source>
      <translation>{file} 是 ARFF 文件，但第 {row} 行不是属性：{value!r}。</translation>
    </message>
    <message>
      <source>{file} is an ARFF file whose line {row} is no sparse row: {value!r}.</source>
      <translation>{file} 是 ARFF 文件，但第 {row} 行不是稀疏行：{value!r}。</translation>
    </message>
    <message>
      <source>{file} is an ARFF file with tables in its cells (line {row}), which cannot be used; write it as one flat table.</source>
      <translation>{file} 是单元格中含有表格的 ARFF 文件（第 {row} 行），无法使用；请写成一张平面表格。</translation>
    </message>
    <message>
      <source>{file} is an ARFF file with {n_columns:,} attributes, but line {row} has {n:,} cells.</source>
      <translation>{file} 是有 {n_columns:,} 个属性的 ARFF 文件，但第 {row} 行有 {n:,} 个单元格。</translation>
    </message>
    <message>
      <source>{file} is an ARFF file without attributes.</source>
      <translation>{file} 是没有属性的 ARFF 文件。</translation>
    </message>
    <message>
      <source>{file} is an Avro file; write it as Parquet or CSV and give that.</source>
      <translation>{file} 是 Avro 文件；请写成 Parquet 或 CSV 再提供。</translation>
    </message>
    <message>
      <source>{file} is an Excel workbook in XML: save its sheet as CSV (File &gt; Save As) and give that.</source>
      <translation>{file} 是 XML 格式的 Excel 工作簿：请把工作表存为 CSV（文件 &gt; 另存为）再提供。</translation>
    </message>
    <message>
      <source>{file} is an Excel workbook: save its sheet as CSV (File &gt; Save As) and give that.</source>
      <translation>{file} 是 Excel 工作簿：请把工作表存为 CSV（文件 &gt; 另存为）再提供。</translation>
    </message>
    <message>
      <source>{file} is an HTML page, not a table, perhaps that of an error or a sign-in; download the data themselves, on GitHub by Raw.</source>
      <translation>{file} 是 HTML 网页，不是表格，也许是报错页或登录页；请下载数据本身，在 GitHub 上用 Raw。</translation>
    </message>
    <message>
      <source>{file} is an ORC file; write it as Parquet or CSV and give that.</source>
      <translation>{file} 是 ORC 文件；请写成 Parquet 或 CSV 再提供。</translation>
    </message>
    <message>
      <source>{file} is an OpenDocument workbook: save its sheet as CSV (File &gt; Save As) and give that.</source>
      <translation>{file} 是 OpenDocument 工作簿：请把工作表存为 CSV（文件 &gt; 另存为）再提供。</translation>
    </message>
    <message>
      <source>{file} is an SQLite database; export the table that is meant as CSV.</source>
      <translation>{file} 是 SQLite 数据库；请把所指的表导出为 CSV。</translation>
    </message>
    <message>
      <source>{file} is an XML document; write the table in it as CSV and give that.</source>
      <translation>{file} 是 XML 文档；请把其中的表格写成 CSV 再提供。</translation>
    </message>
    <message>
      <source>{file} is an archive, not a table; unpack it and give the table that is meant.</source>
      <translation>{file} 是压缩包，不是表格；请解压并提供所指的表格。</translation>
    </message>
    <message>
      <source>{file} is an empty ZIP archive; choose another one.</source>
      <translation>{file} 是空的 ZIP 压缩包；请选择别的文件。</translation>
    </message>
    <message>
      <source>{file} is damaged ({reason}); copy or download it again.</source>
      <translation>{file} 已损坏（{reason}）；请重新复制或下载。</translation>
    </message>
    <message>
      <source>{file} is damaged ({reason}); copy or export the bundle again.</source>
      <translation>{file} 已损坏（{reason}）；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file} is damaged ({reason}); restore it from a backup beside it.</source>
      <translation>{file} 已损坏（{reason}）；请用其旁边的备份恢复。</translation>
    </message>
    <message>
      <source>{file} is damaged or no NPZ file; make it again.</source>
      <translation>{file} 已损坏或不是 NPZ 文件；请重新生成。</translation>
    </message>
    <message>
      <source>{file} is damaged or not Parquet: {reason}.</source>
      <translation>{file} 已损坏或不是 Parquet 文件：{reason}。</translation>
    </message>
    <message>
      <source>{file} is damaged: it says {expected:,} bytes of numbers and has {n:,}; download it again.</source>
      <translation>{file} 已损坏：应有 {expected:,} 字节的数据，实际为 {n:,}；请重新下载。</translation>
    </message>
    <message>
      <source>{file} is empty; choose a file with a header and rows.</source>
      <translation>{file} 是空文件；请选择有表头和数据行的文件。</translation>
    </message>
    <message>
      <source>{file} is empty; give a file with a header and rows.</source>
      <translation>{file} 是空文件；请给出有表头和数据行的文件。</translation>
    </message>
    <message>
      <source>{file} is no image, and no folder, ZIP archive or CSV file of images.</source>
      <translation>{file} 不是图像，也不是图像的文件夹、ZIP 压缩包或 CSV 文件。</translation>
    </message>
    <message>
      <source>{file} is not UTF-8 text; give its encoding, for instance latin-1 or gb18030.</source>
      <translation>{file} 不是 UTF-8 文本；请指定其编码，例如 latin-1 或 gb18030。</translation>
    </message>
    <message>
      <source>{file} is not a database of Cupel; choose another folder as the workspace.</source>
      <translation>{file} 不是 Cupel 的数据库；请另选文件夹作为工作区。</translation>
    </message>
    <message>
      <source>{file} is not an IDX file; its first bytes are {value}.</source>
      <translation>{file} 不是 IDX 文件；其开头的字节为 {value}。</translation>
    </message>
    <message>
      <source>{file} is not {encoding} text: line {row} cannot be decoded; choose another encoding.</source>
      <translation>{file} 不是 {encoding} 文本：第 {row} 行无法解码；请选择其他编码。</translation>
    </message>
    <message>
      <source>{file} is packed with {packing}, which is not read here; unpack it and give what is in it.</source>
      <translation>{file} 用 {packing} 压缩，这里无法读取；请解压并提供其中的内容。</translation>
    </message>
    <message>
      <source>{file} is the answer of a web server, not a table; download the data again.</source>
      <translation>{file} 是网页服务器的应答，不是表格；请重新下载数据。</translation>
    </message>
    <message>
      <source>{file} is there already and is not replaced; choose another name.</source>
      <translation>{file} 已存在，不会被覆盖；请换一个名称。</translation>
    </message>
    <message>
      <source>{file} lacks a part that it must have ({reason}); restore it from a backup beside it.</source>
      <translation>{file} 缺少必需的部分（{reason}）；请用旁边的备份恢复。</translation>
    </message>
    <message>
      <source>{file} was not written by Cupel; read it as a data file instead.</source>
      <translation>{file} 不是由 Cupel 写出的；请将其作为数据文件读取。</translation>
    </message>
    <message>
      <source>{file} was written by a newer version of Cupel (its schema is {found}, this Cupel knows {known}); update Cupel to open it.</source>
      <translation>{file} 由更新版本的 Cupel 写出（其结构版本为 {found}，当前 Cupel 支持 {known}）；请更新 Cupel 后再打开。</translation>
    </message>
    <message>
      <source>{file} was written by an older version of Cupel; open it once for writing (start Cupel) to update it.</source>
      <translation>{file} 由旧版本的 Cupel 写出；请以可写方式打开一次（启动 Cupel）以完成更新。</translation>
    </message>
    <message>
      <source>{file}, line {row}, cannot be read as {encoding} text: {reason}; check encoding and delimiter.</source>
      <translation>{file} 第 {row} 行无法按 {encoding} 文本读取：{reason}；请检查编码和分隔符。</translation>
    </message>
    <message>
      <source>{file}, line {row}, cannot be read as {encoding} text: {reason}; check the encoding.</source>
      <translation>{file} 第 {row} 行无法按 {encoding} 文本读取：{reason}；请检查编码。</translation>
    </message>
    <message>
      <source>{file}: an array of shape {shape} is not one of images; it must be (images, height, width), or with 1 or 3 channels as the last dimension.</source>
      <translation>{file}：形状为 {shape} 的数组不是图像；应为（图像数，高，宽），或最后一维为 1 或 3 个通道。</translation>
    </message>
    <message>
      <source>{file}: columns that hold lists, which cannot be used, and were left out: {columns}.</source>
      <translation>{file}：含有列表、无法使用而被略去的列：{columns}。</translation>
    </message>
    <message>
      <source>{file}: empty columns without a name left out: {n:,}.</source>
      <translation>{file}：略去 {n:,} 个没有名称的空列。</translation>
    </message>
    <message>
      <source>{file}: empty rows left out: {n:,}.</source>
      <translation>{file}：略去 {n:,} 个空行。</translation>
    </message>
    <message>
      <source>{file}: lines left out before the table: {n:,}.</source>
      <translation>{file}：略去表格之前的 {n:,} 行。</translation>
    </message>
    <message>
      <source>{file}: objects within objects became columns of their own, called like address.city.</source>
      <translation>{file}：对象中的对象成为单独的列，名称形如 address.city。</translation>
    </message>
    <message>
      <source>{file}: rows left out that do not have {n_columns:,} cells: {n:,} (lines {rows}).</source>
      <translation>{file}：有 {n:,} 行的单元格数不是 {n_columns:,}，已略去（第 {rows} 行）。</translation>
    </message>
    <message>
      <source>{file}: rows left out that look like a second or repeated header: {n:,} (lines {rows}).</source>
      <translation>{file}：有 {n:,} 行看起来是第二个或重复的表头，已略去（第 {rows} 行）。</translation>
    </message>
    <message>
      <source>{file}: rows with fewer than {n_columns:,} cells, filled up with missing values: {n:,} (lines {rows}).</source>
      <translation>{file}：有 {n:,} 行的单元格少于 {n_columns:,} 个，已用缺失值补足（第 {rows} 行）。</translation>
    </message>
    <message>
      <source>{file}: the images are of type {dtype}, not numbers.</source>
      <translation>{file}：图像的类型为 {dtype}，不是数值。</translation>
    </message>
    <message>
      <source>{file}: the images hold values from {low} to {high}; give bytes from 0 to 255, whole numbers to 65535 of one channel, or numbers from 0 to 1.</source>
      <translation>{file}：图像的数值从 {low} 到 {high}；请给出 0 到 255 的字节、单通道的不超过 65535 的整数，或 0 到 1 的数值。</translation>
    </message>
    <message>
      <source>{file}: the images of its parts differ in size; give them one by one.</source>
      <translation>{file}：各部分的图像大小不同；请分别提供。</translation>
    </message>
    <message>
      <source>{file}: the input {name!r} is {found}, not {wanted} as schema.json says; copy or export the bundle again.</source>
      <translation>{file}：输入 {name!r} 是 {found}，而不是 schema.json 所说的 {wanted}；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file}: the names of its files are read as {encoding}; --encoding says another one.</source>
      <translation>{file}：其中的文件名按 {encoding} 读取；可用 --encoding 另行指定。</translation>
    </message>
    <message>
      <source>{file}: the output {name!r} is {found}, not numbers of {wanted} as schema.json says; copy or export the bundle again.</source>
      <translation>{file}：输出 {name!r} 是 {found}，而不是 schema.json 所说的 {wanted} 个数字；请重新复制或导出该模型包。</translation>
    </message>
    <message>
      <source>{file}: the tensor {name!r} is declared as {shape} and holds {n:,} bytes; do not use this bundle.</source>
      <translation>{file}：张量 {name!r} 声明为 {shape}，而只有 {n:,} 字节；请勿使用该模型包。</translation>
    </message>
    <message>
      <source>{file}: {n:,} rows do not have {n_columns:,} cells; check the delimiter and the quoting.</source>
      <translation>{file}：有 {n:,} 行的单元格数不是 {n_columns:,}；请检查分隔符和引号设置。</translation>
    </message>
    <message>
      <source>{file}: {name} is {value!r}; write a number or a text.</source>
      <translation>{file}：{name} 是 {value!r}；请写数字或文本。</translation>
    </message>
    <message>
      <source>{file}: {name} is {value!r}; write true or false.</source>
      <translation>{file}：{name} 是 {value!r}；请写 true 或 false。</translation>
    </message>
    <message>
      <source>{folder} is a file; choose a folder for the bundle.</source>
      <translation>{folder} 是文件；请为导出包选择文件夹。</translation>
    </message>
    <message>
      <source>{folder} is not a bundle of Cupel: it has no readable manifest.json.</source>
      <translation>{folder} 不是 Cupel 导出包：没有可读取的 manifest.json。</translation>
    </message>
    <message>
      <source>{folder} is not a bundle of Cupel: its manifest.json says otherwise.</source>
      <translation>{folder} 不是 Cupel 导出包：其 manifest.json 与此不符。</translation>
    </message>
    <message>
      <source>{format} cannot hold networks of the family {family!r}, because of their {layer}; choose {choices}.</source>
      <translation>{format} 不能存放 {family!r} 系列的网络，原因是其中的 {layer}；请选择 {choices}。</translation>
    </message>
    <message>
      <source>{format} cannot hold the variant {variant!r}, whose numbers are {number_format}; choose {choices} for it, or a variant in float32.</source>
      <translation>{format} 不能存放变体 {variant!r}（数值格式为 {number_format}）；请为它选择 {choices}，或改用 float32 变体。</translation>
    </message>
    <message>
      <source>{format} cannot hold this network of the family {family!r} in {number_format}: {reason}; choose another format.</source>
      <translation>{format} 不能以 {number_format} 存放这个 {family!r} 系列的网络：{reason}；请选择其他格式。</translation>
    </message>
    <message>
      <source>{format} could not hold the variant {variant!r} in {number_format} when it was measured: {reason}; choose another format.</source>
      <translation>测量时 {format} 未能以 {number_format} 存放变体 {variant!r}：{reason}；请选择其他格式。</translation>
    </message>
    <message>
      <source>{format} needs the package {package!r}, which is not installed; install it, or leave this format out.</source>
      <translation>{format} 需要软件包 {package!r}，但尚未安装；请安装它，或不选此格式。</translation>
    </message>
    <message>
      <source>{format}: the bundle cannot be run in a clean process: {reason}</source>
      <translation>{format}：该模型包无法在干净的进程中运行：{reason}</translation>
    </message>
    <message>
      <source>{format}: the bundle does not reproduce the predictions: row {row} of the sample gives {found} instead of {expected}; nothing was exported.</source>
      <translation>{format}：导出包未能重现预测：样本第 {row} 行得到 {found}，应为 {expected}；未导出任何内容。</translation>
    </message>
    <message>
      <source>{format}: the bundle gave no predictions within {seconds} seconds.</source>
      <translation>{format}：导出包在 {seconds} 秒内没有给出预测。</translation>
    </message>
    <message>
      <source>{kind}: {text}</source>
      <translation>{kind}：{text}</translation>
    </message>
    <message>
      <source>{metric} {value} on {n:,} rows whose target is known</source>
      <translation>目标已知的 {n:,} 行上 {metric} 为 {value}</translation>
    </message>
    <message>
      <source>{metric} {value} on {n:,} rows whose target is known, of which {wrong:,} are predicted wrongly</source>
      <translation>目标已知的 {n:,} 行上 {metric} 为 {value}，其中 {wrong:,} 行预测错误</translation>
    </message>
    <message>
      <source>{n:,} cells of {column!r} are {value}, far from all others; if that means missing, add it to the spellings of missing values.</source>
      <translation>{column!r} 有 {n:,} 个单元格的值是 {value}，远离其他所有值；若它表示缺失，请将其加入缺失值写法。</translation>
    </message>
    <message>
      <source>{name!r} is no param of the family {family}; it has {names}.</source>
      <translation>{name!r} 不是 {family} 系列的参数；它有 {names}。</translation>
    </message>
    <message>
      <source>{name!r} is not a baseline; choose one of {choices}.</source>
      <translation>{name!r} 不是基线；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>{name} has no column of numbers, categories or dates; give a column such a role, or leave the kind on auto.</source>
      <translation>{name} 没有数值、类别或日期列；请为某一列指定这样的角色，或将数据类型保留为 auto。</translation>
    </message>
    <message>
      <source>{name} has no column of texts. Texts come as a folder of text files with a folder for each class, or a table with a column of sentences; for a table of other columns leave the kind on auto.</source>
      <translation>{name} 没有文本列。文本应为按类别分文件夹的文本文件，或含有句子列的表格；其他表格请将数据类型保留为 auto。</translation>
    </message>
    <message>
      <source>{name} has no column to learn from beside the target {target!r} (the others are: {columns}); change a role, or the target.</source>
      <translation>除目标 {target!r} 外，{name} 没有可供学习的列（其余各列：{columns}）；请更改某列的角色，或更换目标。</translation>
    </message>
    <message>
      <source>{name} has no images. Images come as a folder or ZIP archive with a folder for each class, IDX or NPZ files, or a table with a column of paths to image files; for a table of other columns leave the kind on auto.</source>
      <translation>{name} 没有图像。图像应为按类别分文件夹的文件夹或 ZIP、IDX 或 NPZ 文件，或含有图像文件路径列的表格；其他表格请将数据类型保留为 auto。</translation>
    </message>
    <message>
      <source>{name} is {value!r}; choose one of {choices}.</source>
      <translation>{name} 是 {value!r}；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>{name} is {value!r}; it must be at least {least}.</source>
      <translation>{name} 为 {value!r}；至少须为 {least}。</translation>
    </message>
    <message>
      <source>{name} is {value}; it must be at least {least}.</source>
      <translation>{name} 为 {value}；至少应为 {least}。</translation>
    </message>
    <message>
      <source>{name} was scored in another way, so it is not ranked with the first one.</source>
      <translation>{name} 以另一种方式评分，因此不与第一个一起排名。</translation>
    </message>
    <message>
      <source>{name}: {error}</source>
      <translation>{name}：{error}</translation>
    </message>
    <message>
      <source>{n} finalists were judged on {n_repeats} repeats of the folds; trial {best} has the best mean over all of them, {mean}.</source>
      <translation>{n} 个入围试验在折的 {n_repeats} 次重复上评判；试验 {best} 在全部重复上的均值最好，为 {mean}。</translation>
    </message>
    <message>
      <source>{n} trials have a score; which params matter is measured from {least} on.</source>
      <translation>{n} 个试验有得分；从 {least} 个起才衡量哪些参数重要。</translation>
    </message>
    <message>
      <source>{option} is {value}; give a number above 0.</source>
      <translation>{option} 是 {value}；请给出大于 0 的数。</translation>
    </message>
    <message>
      <source>{role!r} is not a role (column {column!r}); choose one of {choices}.</source>
      <translation>{role!r} 不是有效的角色（列 {column!r}）；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>{sign!r} cannot be the decimal sign and set thousands apart; give another one.</source>
      <translation>{sign!r} 不能既是小数点又是千位分隔；请另给一个。</translation>
    </message>
    <message>
      <source>{sparsity:.0%} zeros: zipped {zip:+.0%}, file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}. No runtime here uses the zeros; take a structured variant instead.</source>
      <translation>{sparsity:.0%} 为零：压缩包 {zip:+.0%}，文件 {size:+.0%}，单行 {one:+.0%}，256 行 {batch:+.0%}。这里没有运行时能利用零值；请改用结构化的变体。</translation>
    </message>
    <message>
      <source>{state} is no end of a trial.</source>
      <translation>{state} 不是试验的结束状态。</translation>
    </message>
    <message>
      <source>{state} is no end of a variant.</source>
      <translation>{state} 不是变体的结束状态。</translation>
    </message>
    <message>
      <source>{value!r} is no class of the target; its classes are {choices}.</source>
      <translation>{value!r} 不是目标的类别；其类别为 {choices}。</translation>
    </message>
    <message>
      <source>{value!r} is no format; choose from {choices}.</source>
      <translation>{value!r} 不是可用的格式；请从 {choices} 中选择。</translation>
    </message>
    <message>
      <source>{value!r} is no value of {name}; it takes a number such as {example}.</source>
      <translation>{value!r} 不是 {name} 的值；它需要一个数，例如 {example}。</translation>
    </message>
    <message>
      <source>{value!r} is no value of {name}; it takes a whole number such as {example}.</source>
      <translation>{value!r} 不是 {name} 的值；它需要一个整数，例如 {example}。</translation>
    </message>
    <message>
      <source>{value!r} is no value of {name}; it takes {choices}.</source>
      <translation>{value!r} 不是 {name} 的值；可选 {choices}。</translation>
    </message>
    <message>
      <source>{value!r} is no way to blame layers for; choose from {choices}, with a sparsity between 0 and 1.</source>
      <translation>{value!r} 不是可用于逐层归因的方式；请从 {choices} 中选择，稀疏度须在 0 与 1 之间。</translation>
    </message>
    <message>
      <source>{value!r} is no way to compress a network; choose from {choices}.</source>
      <translation>{value!r} 不是压缩网络的方式；请从以下选择：{choices}。</translation>
    </message>
    <message>
      <source>{what} cannot be read: {reason}. It was damaged, or written by a newer version; restore the workspace from a backup, or use that version.</source>
      <translation>无法读取{what}：{reason}。数据已损坏，或由更新的版本写入；请从备份恢复工作区，或使用该版本。</translation>
    </message>
    <message>
      <source>{where} depends on {name!r}, which is no parameter before it.</source>
      <translation>{where} 依赖 {name!r}，但在它之前没有这个参数。</translation>
    </message>
    <message>
      <source>{where} goes from {low} to {high}; low must not exceed high.</source>
      <translation>{where} 的范围是 {low} 到 {high}；low 不得大于 high。</translation>
    </message>
    <message>
      <source>{where} has an unknown key {key!r}; it may have {keys}.</source>
      <translation>{where} 含有未知的键 {key!r}；可用的键有 {keys}。</translation>
    </message>
    <message>
      <source>{where} has no choices; give at least one.</source>
      <translation>{where} 没有可选值；请至少给出一个。</translation>
    </message>
    <message>
      <source>{where} has type {kind!r}; choose "int", "float" or "choice", or give it a fixed value.</source>
      <translation>{where} 的类型是 {kind!r}；请选择 "int"、"float" 或 "choice"，或给出固定值。</translation>
    </message>
    <message>
      <source>{where} is logarithmic from {low}; low must be more than 0.</source>
      <translation>{where} 是从 {low} 开始的对数范围；low 必须大于 0。</translation>
    </message>
    <message>
      <source>{where} is no setting that the engine knows; it knows {known}.</source>
      <translation>{where} 不是引擎支持的设置；支持的有 {known}。</translation>
    </message>
    <message>
      <source>{where} is {value!r}; it must be a table, for instance {{ fixed = {value!r} }}.</source>
      <translation>{where} 是 {value!r}；它必须是一张表，例如 {{ fixed = {value!r} }}。</translation>
    </message>
    <message>
      <source>{where} needs low and high.</source>
      <translation>{where} 需要 low 和 high。</translation>
    </message>
    <message>
      <source>{where}: choices must be a list, not {value!r}.</source>
      <translation>{where}：choices 必须是列表，而不是 {value!r}。</translation>
    </message>
    <message>
      <source>{where}: step is {step}; it must be more than 0.</source>
      <translation>{where}：step 是 {step}；它必须大于 0。</translation>
    </message>
    <message>
      <source>{where}: {key} has {value!r}; only numbers, texts, true and false can be chosen.</source>
      <translation>{where}：{key} 中有 {value!r}；只能使用数字、文本、true 和 false。</translation>
    </message>
    <message>
      <source>{where}: {key} is {value!r}; it must be a number of type {kind}.</source>
      <translation>{where}：{key} 是 {value!r}；它必须是 {kind} 类型的数字。</translation>
    </message>
    <message>
      <source>{where}: {key} must be a table of lists, for instance {{ optimizer = ["sgd"] }}.</source>
      <translation>{where}：{key} 必须是由列表组成的表，例如 {{ optimizer = ["sgd"] }}。</translation>
    </message>
  </context>
</TS>
